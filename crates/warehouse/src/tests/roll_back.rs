use super::*;
use crate::{Error, Retention};

const LATER: &str = "2011-03-02T02:00:00Z";

#[test]
fn an_earlier_run_is_published_again_and_the_chain_tells_it() {
    let (_folder, store) = new_store();
    run(&store, b"good", Publish::Yes);
    run(&store, b"bad", Publish::Yes);
    let lock = locked(&store);
    assert_eq!(store.roll_back(1, &lock, LATER).unwrap(), 3);
    assert_eq!(store.current().unwrap(), Some(3));
    let (first, again) = (store.manifest(1).unwrap(), store.manifest(3).unwrap());
    assert_eq!((again.restores, again.published, again.started.as_str()), (Some(1), true, LATER));
    assert_eq!(first.objects().collect::<Vec<_>>(), again.objects().collect::<Vec<_>>());
    assert!(again.nodes.iter().all(|node| node.outcome == StepOutcome::Reused && node.millis == 0));
    assert_eq!(reopened(&store).verify_chain().unwrap(), []);

    // And there again: what was rolled back is an earlier run now.
    assert_eq!(store.roll_back(2, &lock, LATER).unwrap(), 4);
    assert_eq!(store.manifest(4).unwrap().restores, Some(2));
    assert_eq!(store.verify_chain().unwrap(), []);
}

#[test]
fn only_a_whole_run_that_was_published_can_be_published_again() {
    let (_folder, store) = new_store();
    for bytes in [&b"one"[..], b"two"] {
        run(&store, bytes, Publish::Yes);
    }
    run(&store, b"failed", Publish::No);
    let lock = locked(&store);
    let side = Manifest { without: vec!["round/rule".into()], ..manifest(&[put(&store, b"side")]) };
    store.commit(&side, &lock, Publish::No).unwrap();
    let refused = |run: u64| store.roll_back(run, &lock, LATER).unwrap_err();
    for (run, why) in [(2, "run 2 is the published run"), (3, "a check failed"), (4, "side run")] {
        let error = refused(run);
        assert!(matches!(error, Error::Refused { .. }), "{error}");
        assert!(error.to_string().contains(why), "{error}");
    }
    assert!(matches!(refused(5), Error::NoRun { run: 5, .. }));
    flip_bit(&store.object(&ObjectHash::of(b"one")).unwrap().path, 1, 1);
    assert!(matches!(refused(1), Error::Corrupt { .. }));
    store.collect(&Retention { last: 1, ..Retention::default() }, &lock).unwrap();
    assert!(matches!(refused(1), Error::Collected { run: 1, .. }));
    assert_eq!((store.runs().unwrap().len(), store.current().unwrap()), (4, Some(2)));
}

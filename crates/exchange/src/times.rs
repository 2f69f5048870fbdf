//! When steps ran. A manifest has the start and the end of a run, to the second, and how long each step took.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use terms::Manifest;

/// Start and end of each step, UTC, RFC 3339 with milliseconds: steps run one after the other, so each starts when those
/// before it have taken their time. No step starts or ends after the run.
pub(crate) fn of_steps(run: &Manifest) -> Vec<(String, String)> {
    let mut passed = 0;
    let mut times = Vec::new();
    for node in &run.nodes {
        let start = after(run, passed);
        passed = passed.saturating_add(node.millis);
        times.push((start, after(run, passed)));
    }
    times
}

/// A time in the run, so many milliseconds after its start; the text of the start where that is no time.
fn after(run: &Manifest, millis: u64) -> String {
    let parsed = |text: &str| DateTime::parse_from_rfc3339(text).map(|time| time.with_timezone(&Utc));
    let (Ok(started), Ok(finished)) = (parsed(&run.started), parsed(&run.finished)) else {
        return run.started.clone();
    };
    let passed = TimeDelta::milliseconds(i64::try_from(millis).unwrap_or(i64::MAX));
    let time = started.checked_add_signed(passed).unwrap_or(finished).min(finished.max(started));
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use crate::example::run;

    #[test]
    fn steps_follow_each_other_within_the_run() {
        let mut run = run();
        run.started = "2011-03-01T02:00:00Z".into();
        run.finished = "2011-03-01T02:00:02Z".into();
        for (node, millis) in run.nodes.iter_mut().zip([1500, 0, 900]) {
            node.millis = millis;
        }
        let times = super::of_steps(&run);
        let second = |text: &str| text[17..].to_owned();
        let found: Vec<_> = times.iter().map(|(start, end)| (second(start), second(end))).collect();
        let expected = [("00.000Z", "01.500Z"), ("01.500Z", "01.500Z"), ("01.500Z", "02.000Z")];
        assert_eq!(found[..3], expected.map(|(start, end)| (start.to_owned(), end.to_owned())));
    }
}

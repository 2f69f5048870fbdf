//! Counts, times and sizes as the report words them.

use super::ChangeState;

pub(super) fn word(state: ChangeState) -> &'static str {
    match state {
        ChangeState::New => "new",
        ChangeState::Changed => "changed",
        ChangeState::Gone => "gone",
        ChangeState::Same => "the same",
    }
}

pub(super) fn differing(changed: usize, same: usize, one: &str) -> String {
    match (changed, same) {
        (0, same) => format!("all of {} the same", counted(same as u64, one)),
        (changed, 0) => format!("all of {} differ", counted(changed as u64, one)),
        (changed, same) => format!("{} of {} differ", changed, counted((changed + same) as u64, one)),
    }
}

pub(super) fn shown(count: Option<u64>) -> String {
    count.map(|count| count.to_string()).unwrap_or_default()
}

/// `+3`, `−1`, nothing where there is no difference or one of the two is not there.
pub(super) fn change(before: Option<u64>, now: Option<u64>) -> String {
    match (before, now) {
        (Some(before), Some(now)) if now > before => format!("+{}", now - before),
        (Some(before), Some(now)) if now < before => format!("−{}", before - now),
        _ => String::new(),
    }
}

pub(super) fn counted(number: u64, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}

pub(super) fn time(millis: u64) -> String {
    match millis {
        0..1000 => format!("{millis} ms"),
        _ => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
    }
}

pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{}.{} MiB", bytes >> 20, ((bytes & 0xf_ffff) * 10) >> 20),
    }
}

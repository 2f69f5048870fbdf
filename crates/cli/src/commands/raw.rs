//! Delivered lines for a terminal.

/// A delivered text on one line, without what would steer a terminal.
pub(crate) fn shown(text: &str) -> String {
    let plain = |c: char| match c {
        '\n' => '⏎',
        '\t' => c,
        c if c.is_control() => '·',
        c => c,
    };
    text.replace("\r\n", "\n").chars().map(plain).collect()
}

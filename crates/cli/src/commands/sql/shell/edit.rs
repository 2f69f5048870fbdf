//! A statement in the editor of the user.

use crate::failure::Failure;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;

/// The text as `$VISUAL` or `$EDITOR` leaves it, without ends of line at its end.
///
/// # Errors
/// No editor, or one that ends with an error; then the text is left as it was.
pub(super) fn edited(text: &str) -> Result<String, Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|command| !command.trim().is_empty());
    let editor = variable("VISUAL").or_else(|| variable("EDITOR")).ok_or_else(|| {
        Failure::Usage("no editor is known; name one in the environment, such as EDITOR=vi".to_owned())
    })?;
    let path = std::env::temp_dir().join(format!("herkomst-{}.sql", std::process::id()));
    let edited = through(&editor, &path, text);
    // A statement may name persons; what cannot be removed was readable by its owner only.
    let _ = std::fs::remove_file(&path);
    edited
}

fn through(editor: &str, path: &Path, text: &str) -> Result<String, Failure> {
    let failed = |error: std::io::Error| Failure::io(path, &error);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(format!("{text}\n").as_bytes()).map_err(failed)?;
    drop(file);
    // An editor may be named with options, as in EDITOR='code --wait'.
    let ended = Command::new("sh").args(["-c", &format!("{editor} \"$0\"")]).arg(path).status();
    match ended {
        Ok(status) if status.success() => {
            let text = std::fs::read_to_string(path).map_err(failed)?;
            Ok(text.trim_end().to_owned())
        }
        Ok(status) => Err(Failure::Usage(format!("{editor} ended with {status}; nothing was changed"))),
        Err(error) => Err(Failure::Io(format!("{editor} cannot be started: {error}"))),
    }
}

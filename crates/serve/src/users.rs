//! The file of users: one line each, `name:role:verifier`, and lines that begin with `#`.

use crate::error::ServeError;
use crate::role::Role;
use crate::scram::Verifier;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// A user who may log in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) role: Role,
    pub(crate) verifier: Verifier,
}

/// A file of users. It is read at each log-in, so that a change needs no restart.
#[derive(Clone, Debug)]
pub struct Users {
    path: PathBuf,
}

impl Users {
    /// The file at this path, which need not be there yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Gives a user a role and a password, in place of earlier ones. The file is replaced as a whole, readable by its
    /// owner only.
    ///
    /// # Errors
    /// A name or password that cannot be used, a file that is no file of users or cannot be written.
    pub fn set(&self, name: &str, role: Role, password: &str) -> Result<(), ServeError> {
        let is_name = !name.is_empty() && !name.starts_with('#') && name.trim() == name;
        if !is_name || name.len() > 63 || name.contains(|c: char| c == ':' || c.is_control()) {
            return Err(ServeError::Secret(format!(
                "{name:?} cannot be the name of a user: 1 to 63 bytes, no colon, no space at either end"
            )));
        }
        if password.chars().count() < SHORTEST {
            return Err(ServeError::Secret(format!("a password has at least {SHORTEST} characters")));
        }
        let verifier = Verifier::of(password, random()?);
        let line = format!("{name}:{role}:{verifier}");
        let text = if self.path.exists() { self.text()? } else { String::new() };
        parse(&self.path, &text)?;
        let is_others = |line: &&str| line.split(':').next() != Some(name);
        let mut lines: Vec<&str> = text.lines().filter(is_others).collect();
        lines.push(&line);
        self.replace(&(lines.join("\n") + "\n"))
    }

    /// All users.
    pub(crate) fn all(&self) -> Result<Vec<User>, ServeError> {
        parse(&self.path, &self.text()?)
    }

    fn text(&self) -> Result<String, ServeError> {
        let text = std::fs::read_to_string(&self.path).map_err(ServeError::io("read", &self.path))?;
        let mode = std::fs::metadata(&self.path).map_err(ServeError::io("read", &self.path))?;
        if mode.permissions().mode() & 0o022 != 0 {
            return Err(ServeError::Unsafe(format!(
                "{} can be written by others than its owner; chmod 600 it",
                self.path.display()
            )));
        }
        Ok(text)
    }

    fn replace(&self, text: &str) -> Result<(), ServeError> {
        let next = self.path.with_extension("next");
        let written = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&next)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
        written.map_err(ServeError::io("write", &next))?;
        std::fs::rename(&next, &self.path).map_err(ServeError::io("write", &self.path))
    }
}

/// Characters of the shortest password that is taken.
const SHORTEST: usize = 8;

/// Random bytes of the system.
///
/// # Errors
/// The system has none.
pub fn random<const N: usize>() -> Result<[u8; N], ServeError> {
    let mut bytes = [0; N];
    let source = rustls::crypto::ring::default_provider().secure_random;
    source.fill(&mut bytes).map_err(|_| ServeError::Secret("the system has no random bytes".into()))?;
    Ok(bytes)
}

fn parse(path: &Path, text: &str) -> Result<Vec<User>, ServeError> {
    let mut users = Vec::<User>::new();
    for (line, text) in (1..).zip(text.lines()) {
        if text.trim().is_empty() || text.starts_with('#') {
            continue;
        }
        let wrong = |problem: String| ServeError::Users { path: path.to_owned(), line, problem };
        let mut parts = text.splitn(3, ':');
        let (Some(name), Some(role), Some(verifier)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong("not name:role:verifier; make lines with: herkomst serve user NAME".into()));
        };
        let user = User {
            name: name.to_owned(),
            role: role.parse().map_err(wrong)?,
            verifier: verifier.parse().map_err(wrong)?,
        };
        if users.iter().any(|other| other.name == user.name) {
            return Err(wrong(format!("user {name} has a line already")));
        }
        users.push(user);
    }
    Ok(users)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users() -> (tempfile::TempDir, Users) {
        let folder = tempfile::tempdir().unwrap();
        let users = Users::at(folder.path().join("users"));
        (folder, users)
    }

    #[test]
    fn a_user_is_added_and_replaced_and_the_file_holds_no_password() {
        let (_folder, users) = users();
        users.set("anna", Role::Auditor, "a long secret").unwrap();
        users.set("bert", Role::Public, "another secret").unwrap();
        users.set("anna", Role::Analyst, "a third secret").unwrap();
        let all = users.all().unwrap();
        let roles: Vec<_> = all.iter().map(|user| (user.name.as_str(), user.role)).collect();
        assert_eq!(roles, [("bert", Role::Public), ("anna", Role::Analyst)]);
        let text = std::fs::read_to_string(&users.path).unwrap();
        assert!(!text.contains("secret"), "{text}");
        assert_eq!(std::fs::metadata(&users.path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn bad_names_passwords_and_lines_are_refused() {
        let (_folder, users) = users();
        for name in ["", "a:b", "#a", " a", "a\n"] {
            assert!(users.set(name, Role::Public, "a long secret").is_err(), "{name:?}");
        }
        assert!(users.set("anna", Role::Public, "short").is_err());
        users.set("anna", Role::Public, "a long secret").unwrap();
        let line = std::fs::read_to_string(&users.path).unwrap();
        for (wrong, at) in [
            (format!("# ours\n{line}{line}"), ":3: "),
            (line.replace("public", "admin"), ":1: "),
            ("anna\n".to_owned(), ":1: "),
            (line.replace("SCRAM", "PLAIN"), ":1: "),
        ] {
            std::fs::write(&users.path, wrong).unwrap();
            let error = users.all().unwrap_err().to_string();
            assert!(error.contains(at), "{error}");
        }
    }

    #[test]
    fn a_file_that_others_can_write_is_not_believed() {
        let (_folder, users) = users();
        users.set("anna", Role::Public, "a long secret").unwrap();
        std::fs::set_permissions(&users.path, std::fs::Permissions::from_mode(0o660)).unwrap();
        assert!(matches!(users.all(), Err(ServeError::Unsafe(_))));
    }
}

//! Hashes the sources that decide results, so that objects made by other code are never taken for this code's.

use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

fn main() {
    let mut hash = Sha256::new();
    for part in [
        "../terms/src",
        "../study/src",
        "../ingest/src",
        "../chaid/src",
        "../provenance/src",
        "src",
        "../../Cargo.lock",
    ] {
        println!("cargo:rerun-if-changed={part}");
        for file in files(Path::new(part)) {
            if let Ok(bytes) = std::fs::read(&file) {
                hash.update((bytes.len() as u64).to_le_bytes());
                hash.update(bytes);
            }
        }
    }
    let digits: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    println!("cargo:rustc-env=HERKOMST_SOURCES={digits}");
}

fn files(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(path) else {
        return vec![path.to_owned()];
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|e| e.path())).collect();
    paths.sort();
    paths.iter().flat_map(|path| files(path)).collect()
}

//! The views, each against the data package that it is named by, and the link to the published one.

use super::seal::Sealed;
use super::{Fault, Finding};
use crate::{Result, Warehouse, layout, package};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use terms::ObjectHash;

/// Checks every view that a kept run names, finds those that none does, and checks where `published` leads.
pub(super) fn check(warehouse: &Warehouse, sealed: &Sealed, findings: &mut Vec<Finding>) -> Result<()> {
    let there: BTreeSet<String> = warehouse.views()?.into_iter().collect();
    for (view, run) in &sealed.views {
        if there.contains(view.as_str()) {
            one(warehouse, view, *run, findings)?;
        } else if sealed.needs_view(view) {
            let detail = format!("run {run} names this folder");
            findings.push(Finding::new(Fault::Missing, layout::view(view), Some(*run), detail));
        }
    }
    for name in there {
        let view = ObjectHash::try_from(name.clone()).ok();
        let detail = match &view {
            None => "no view has such a name",
            Some(view) if sealed.views.contains_key(view) || !sealed.doubtful.is_empty() => continue,
            Some(_) => "no run that is kept names this view; the next collection removes it",
        };
        findings.push(Finding::new(Fault::Unexpected, format!("{}/{name}", layout::VIEWS), None, detail));
    }
    published(warehouse, sealed, findings)
}

/// Checks where `published` leads.
fn published(warehouse: &Warehouse, sealed: &Sealed, findings: &mut Vec<Finding>) -> Result<()> {
    let found = warehouse.disk().link_target(&warehouse.at(layout::PUBLISHED))?;
    let expected = sealed.current_view.as_ref().map(|view| PathBuf::from(layout::view(view)));
    if found == expected || sealed.may_be_newer() {
        return Ok(());
    }
    let leads = |target: Option<&PathBuf>| match target {
        None => "is not there".to_owned(),
        Some(target) if target.as_os_str().is_empty() => "is no link".to_owned(),
        Some(target) => format!("leads to {}", target.display()),
    };
    let detail = format!(
        "it {}, but that of the newest published run {}; the next run that is published mends it",
        leads(found.as_ref()),
        leads(expected.as_ref())
    );
    let fault = if found.is_none() { Fault::Missing } else { Fault::BrokenChain };
    findings.push(Finding::new(fault, layout::PUBLISHED, sealed.published, detail));
    Ok(())
}

/// Checks one view: its package has the SHA-256 that the folder is named by, each file that it describes is a link to
/// its object, and there is nothing else.
fn one(warehouse: &Warehouse, view: &ObjectHash, run: u64, findings: &mut Vec<Finding>) -> Result<()> {
    let folder = layout::view(view);
    let mut found = |fault, path: &str, detail: String| {
        findings.push(Finding::new(fault, format!("{folder}/{path}"), Some(run), detail));
    };
    let bytes = warehouse.disk().read_if_there(&warehouse.at(&folder).join(layout::PACKAGE))?;
    let files = match package(view, bytes.as_deref()) {
        Ok(files) => Some(files),
        Err((fault, what)) => {
            found(fault, layout::PACKAGE, what);
            None
        }
    };
    for (path, target) in files.iter().flatten() {
        match warehouse.disk().link_target(&warehouse.at(&folder).join(path))? {
            None => found(Fault::Missing, path, "the data package of this folder describes it".to_owned()),
            Some(leads) if leads != Path::new(target) => {
                found(Fault::Changed, path, format!("it is not a link to {target}"));
            }
            Some(_) => {}
        }
    }
    for (path, is_folder) in names(warehouse, &folder)? {
        // Without the package it is not known which tables there are, but there are only folders beside it.
        let is_known = match &files {
            Some(files) if is_folder => files.keys().any(|file| file.split('/').next() == Some(&path)),
            Some(files) => files.contains_key(&path),
            None => is_folder || path.contains('/'),
        };
        if path != layout::PACKAGE && !is_known {
            found(
                Fault::Unexpected,
                &path,
                "the data package of this folder does not describe it".to_owned(),
            );
        }
    }
    Ok(())
}

/// Where each file leads that a data package describes, by its path; or what is wrong with the package.
fn package(
    view: &ObjectHash,
    bytes: Option<&[u8]>,
) -> std::result::Result<BTreeMap<String, String>, (Fault, String)> {
    let bytes = bytes.ok_or_else(|| (Fault::Missing, "a run names this folder".to_owned()))?;
    let found = ObjectHash::of(bytes);
    if found != *view {
        let what = format!("it has SHA-256 {found}, not the one that its folder is named by");
        return Err((Fault::Changed, what));
    }
    let files = package::files(bytes)
        .map_err(|what| (Fault::BrokenChain, format!("it is not a data package of ours: {what}")))?;
    let leads = files.iter().map(|(table, object)| (package::path(table), layout::object_from_view(object)));
    Ok(leads.collect())
}

/// The names in a folder and in its folders, and whether each is a folder.
fn names(warehouse: &Warehouse, folder: &str) -> Result<Vec<(String, bool)>> {
    let folder = warehouse.at(folder);
    let mut all = Vec::new();
    for name in warehouse.disk().names(&folder)? {
        let below = folder.join(&name);
        let is_folder = below.is_dir() && !below.is_symlink();
        if is_folder {
            let files = warehouse.disk().names(&below)?;
            all.extend(files.into_iter().map(|file| (format!("{name}/{file}"), false)));
        }
        all.push((name, is_folder));
    }
    Ok(all)
}

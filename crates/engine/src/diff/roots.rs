//! What was different before anything was computed, and which of it a table hangs on.

use super::{Changed, Root, Sides};
use crate::definition::{DECLARATION, ORDER};
use std::collections::{BTreeMap, BTreeSet};
use terms::{Manifest, NodeRecord, TableName};

/// Names and values of one run beside those of another.
fn changed<K: Ord + ToString>(before: &BTreeMap<K, String>, after: &BTreeMap<K, String>) -> Vec<Changed> {
    let names: BTreeSet<&K> = before.keys().chain(after.keys()).collect();
    let change = |name: &K| Changed {
        name: name.to_string(),
        before: before.get(name).cloned(),
        after: after.get(name).cloned(),
    };
    names.into_iter().map(change).filter(|change| change.before != change.after).collect()
}

pub(super) struct Roots<'a> {
    sides: &'a Sides<'a>,
    /// Tables whose objects differ, with the steps that make them.
    makers: BTreeMap<&'a TableName, BTreeSet<&'a str>>,
    /// What each step reads in either run.
    reads: BTreeMap<&'a str, BTreeSet<&'a TableName>>,
}

impl<'a> Roots<'a> {
    pub(super) fn of(sides: &'a Sides<'a>) -> Self {
        let differing: BTreeSet<&TableName> =
            sides.differing().into_iter().map(|(table, _, _)| table).collect();
        let (mut makers, mut reads) = (BTreeMap::new(), BTreeMap::new());
        for node in sides.before.nodes.iter().chain(&sides.after.nodes) {
            let made =
                node.tables.iter().map(|record| &record.table).filter(|table| differing.contains(table));
            for table in made {
                makers.entry(table).or_insert_with(BTreeSet::new).insert(node.node.as_str());
            }
            reads.entry(node.node.as_str()).or_insert_with(BTreeSet::new).extend(&node.reads);
        }
        Self { sides, makers, reads }
    }

    pub(super) fn engine(&self) -> Option<Changed> {
        let (before, after) = (&self.sides.before.engine, &self.sides.after.engine);
        let change = || Changed {
            name: "engine".to_owned(),
            before: Some(before.clone()),
            after: Some(after.clone()),
        };
        (before != after).then(change)
    }

    pub(super) fn left_out(&self) -> Vec<Changed> {
        let all = |run: &Manifest| -> BTreeMap<String, String> {
            run.without.iter().map(|name| (name.clone(), "left out".to_owned())).collect()
        };
        changed(&all(self.sides.before), &all(self.sides.after))
    }

    pub(super) fn parameters(&self) -> Vec<Changed> {
        changed(&self.sides.before.parameters, &self.sides.after.parameters)
    }

    pub(super) fn files(&self) -> Vec<Changed> {
        let all = |run: &Manifest| -> BTreeMap<String, String> {
            let file = |input: &terms::InputRecord| {
                (format!("{}/{}", input.source, input.file), input.sha256.to_string())
            };
            run.inputs.iter().map(file).collect()
        };
        changed(&all(self.sides.before), &all(self.sides.after))
    }

    pub(super) fn checks(&self) -> Vec<Changed> {
        let all = |run: &Manifest| -> BTreeMap<String, String> {
            run.checks.iter().map(|check| (check.check.clone(), check.violations.to_string())).collect()
        };
        changed(&all(self.sides.before), &all(self.sides.after))
    }

    /// Steps that came or went, and queries and declarations of steps that are in both runs.
    pub(super) fn definitions(&self) -> Vec<Changed> {
        let mut all = Vec::new();
        for step in self.reads.keys() {
            all.extend(self.definition(step));
        }
        all
    }

    /// What differs in the definition of a step, parameters and what was left out excepted.
    fn definition(&self, step: &str) -> Vec<Changed> {
        let parts = |node: Option<&NodeRecord>| -> BTreeMap<String, String> {
            let parts = node.into_iter().flat_map(|node| &node.definition);
            let of_the_study = parts.filter(|(part, _)| !part.starts_with('$'));
            of_the_study.map(|(part, hash)| (part.clone(), hash.to_string())).collect()
        };
        let (before, after) = self.nodes(step);
        match (before, after) {
            (Some(_), Some(_)) => {}
            _ => {
                let hash = |node: Option<&NodeRecord>| node.map(|node| node.fingerprint.to_string());
                return vec![Changed { name: step.to_owned(), before: hash(before), after: hash(after) }];
            }
        }
        let (before, after) = (parts(before), parts(after));
        // A run of a version that kept no definitions says nothing about them.
        if before.is_empty() || after.is_empty() {
            return Vec::new();
        }
        let left_out = |name: &String| {
            [self.sides.before, self.sides.after].iter().any(|run| run.without.contains(name))
        };
        let same_parts = before.keys().eq(after.keys());
        changed(&before, &after)
            .into_iter()
            .filter(|part| part.name != ORDER || same_parts)
            .filter(|part| !left_out(&format!("{step}/{}", part.name)))
            .filter(|part| !left_out(&format!("{step}/{}", part.name.trim_end_matches(" adds from"))))
            .map(|part| Changed { name: part_name(step, &part.name), ..part })
            .collect()
    }

    fn nodes(&self, step: &str) -> (Option<&'a NodeRecord>, Option<&'a NodeRecord>) {
        let find = |run: &'a Manifest| run.nodes.iter().find(|node| node.node == step);
        (find(self.sides.before), find(self.sides.after))
    }

    /// What the difference of a table begins with: the causes of its step, and of the steps before it whose tables differ.
    pub(super) fn behind(&self, table: &TableName) -> Vec<Root> {
        let mut roots = BTreeSet::new();
        let mut waiting: Vec<&str> = self.makers.get(table).into_iter().flatten().copied().collect();
        let mut seen = BTreeSet::new();
        while let Some(step) = waiting.pop() {
            if !seen.insert(step) {
                continue;
            }
            let own = self.own(step);
            let reads = self.reads.get(step).into_iter().flatten();
            let before: Vec<&str> =
                reads.filter_map(|table| self.makers.get(table)).flatten().copied().collect();
            if own.is_empty() && before.is_empty() && self.knows_reads(step) {
                roots.insert(Root::Engine(step.to_owned()));
            }
            roots.extend(own);
            waiting.extend(before);
        }
        roots.into_iter().collect()
    }

    /// Whether both runs say what the step reads and what defines it.
    fn knows_reads(&self, step: &str) -> bool {
        let (before, after) = self.nodes(step);
        [before, after].into_iter().flatten().all(|node| !node.definition.is_empty())
    }

    /// What of a step itself differs.
    fn own(&self, step: &str) -> Vec<Root> {
        let (before, after) = self.nodes(step);
        let mut roots: Vec<Root> =
            self.definition(step).into_iter().map(|c| Root::Definition(c.name)).collect();
        let uses = |name: &str| {
            let key = format!("${name}");
            [before, after].into_iter().flatten().any(|node| node.definition.contains_key(&key))
        };
        roots
            .extend(self.parameters().into_iter().filter(|p| uses(&p.name)).map(|p| Root::Parameter(p.name)));
        let of_step = |change: &Changed| change.name.split('/').next() == Some(step);
        roots.extend(self.left_out().into_iter().filter(of_step).map(|c| Root::LeftOut(c.name)));
        if self.files().iter().any(of_step) {
            roots.push(Root::Source(step.to_owned()));
        }
        roots
    }
}

fn part_name(step: &str, part: &str) -> String {
    if part == step || part == DECLARATION { step.to_owned() } else { format!("{step}/{part}") }
}

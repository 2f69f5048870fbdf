use super::{Told, transport};
use crate::args::OpenLineageArgs;
use crate::failure::Failure;
use crate::output;
use crate::place::Place;
use exchange::openlineage::{events, ndjson};
use serde::Serialize;
use std::path::{Path, PathBuf};

#[derive(Serialize)]
struct Exported<'a> {
    events: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a String>,
}

pub(super) fn openlineage(place: &Place, args: &OpenLineageArgs, json: bool) -> Result<(), Failure> {
    let told = Told::of(place, &args.choice)?;
    let events = events(&told.described());
    let to_standard_output = match &args.out {
        Some(file) => file == Path::new("-"),
        None => args.url.is_none(),
    };
    let file = args.out.as_ref().filter(|_| !to_standard_output);
    if let Some(file) = file {
        std::fs::write(file, ndjson(&events)).map_err(|error| Failure::io(file, &error))?;
    }
    if let Some(url) = &args.url {
        transport::send(url, args.api_key.as_deref(), &events)?;
    }
    if to_standard_output {
        return output::text(&ndjson(&events));
    }
    let exported = Exported { events: events.len(), file, url: args.url.as_ref() };
    if json {
        return output::json(&exported);
    }
    let file = file.map(|file| format!("written to {}", file.display()));
    let sent = args.url.as_ref().map(|url| format!("sent to {url}"));
    let done: Vec<String> = file.into_iter().chain(sent).collect();
    output::text(&format!("{} events of run {} {}\n", events.len(), told.run.run, done.join(" and ")))
}

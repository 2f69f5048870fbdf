use crate::args::{Args, CompletionArgs, SchemaArgs};
use crate::failure::Failure;
use crate::output;
use clap::CommandFactory;

pub(crate) fn schema(args: &SchemaArgs) -> Result<(), Failure> {
    let schemas = study::json_schemas();
    match schemas.get(args.file.as_str()) {
        Some(schema) => output::json(schema),
        None => {
            let known: Vec<&str> = schemas.keys().copied().collect();
            Err(Failure::Usage(format!("no schema {:?}; there are {}", args.file, known.join(", "))))
        }
    }
}

pub(crate) fn completions(args: &CompletionArgs) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "herkomst", &mut script);
    output::text(&String::from_utf8_lossy(&script))
}

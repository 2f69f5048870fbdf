//! `synth`: writes the synthetic registrations of the flagship study to a folder.

use clap::Parser;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// Writes synthetic registrations: invented persons only, equal bytes for equal arguments.
#[derive(Parser)]
#[command(name = "synth", version)]
struct Arguments {
    /// Folder to write to; gets raw/ and README.md. Existing files are overwritten.
    #[arg(long)]
    out: PathBuf,
    /// How many times 733 persons; 1 is the committed data.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    scale: u32,
    /// Seed of all chance.
    #[arg(long, default_value_t = synth::SEED)]
    seed: u64,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let options = synth::Options { out: arguments.out, scale: arguments.scale, seed: arguments.seed };
    match synth::generate(&options) {
        Ok(written) => {
            let line = format!(
                "{} persons, {} registration lines, {} persons in the DMB extract: {}",
                written.persons,
                written.registrations,
                written.extracted,
                options.out.display()
            );
            // A closed pipe behind us is no fault of the data.
            let _ = writeln!(std::io::stdout(), "{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "synth: {error}");
            ExitCode::FAILURE
        }
    }
}

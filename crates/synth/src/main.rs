//! `synth`: writes the synthetic registrations of the flagship study to a folder, or searches their calibration.

use clap::{Parser, Subcommand};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use synth::SynthError;
use synth::calibrate::{Search, Start, calibrate};

/// Synthetic registrations: invented persons only, equal bytes for equal arguments.
#[derive(Parser)]
#[command(name = "synth", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Writes the registrations.
    Write {
        /// Folder to write to; gets raw/ and README.md. Existing files are overwritten.
        #[arg(long)]
        out: PathBuf,
        /// How many times 733 persons; 1 is the committed data.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100_000))]
        scale: u32,
        /// Seed of all chance.
        #[arg(long, default_value_t = synth::SEED)]
        seed: u64,
    },
    /// Searches invented persons with whom the pipeline's tests come near the published ones; takes minutes.
    Calibrate {
        /// CSV of the characteristics of centres, as the pipeline makes them.
        #[arg(long)]
        features: PathBuf,
        /// CSV of the list of characteristics.
        #[arg(long)]
        list: PathBuf,
        /// Folder of the published tables.
        #[arg(long)]
        published: PathBuf,
        /// Folder that gets the calibration.
        #[arg(long)]
        out: PathBuf,
        /// Seed of the search.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Begin with a random table of centres instead of the one that is there.
        #[arg(long)]
        from_scratch: bool,
        /// Steps over the table of centres, of the first cooling and of each warm-up.
        #[arg(long, default_value_t = 5_000_000)]
        steps: u64,
        /// How often the table of centres is warmed up and cooled again.
        #[arg(long, default_value_t = 2)]
        warm_ups: u32,
        /// Steps of each search over persons.
        #[arg(long, default_value_t = 1_000_000)]
        effort: u64,
    },
}

fn run(command: Command) -> Result<String, SynthError> {
    match command {
        Command::Write { out, scale, seed } => {
            let options = synth::Options { out, scale, seed };
            let written = synth::generate(&options)?;
            Ok(format!(
                "{} persons, {} registration lines, {} persons in the DMB extract: {}",
                written.persons,
                written.registrations,
                written.extracted,
                options.out.display()
            ))
        }
        Command::Calibrate {
            features,
            list,
            published,
            out,
            seed,
            from_scratch,
            steps,
            warm_ups,
            effort,
        } => {
            let start = if from_scratch { Start::Random } else { Start::Committed };
            calibrate(&Search { features, list, published, out, seed, start, steps, warm_ups, effort })
        }
    }
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(said) => {
            // A closed pipe behind us is no fault of the data.
            let _ = writeln!(std::io::stdout(), "{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "synth: {error}");
            ExitCode::FAILURE
        }
    }
}

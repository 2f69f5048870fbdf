//! Arguments of the commands of those who run the nights.

use clap::Args as ClapArgs;
use std::ffi::OsString;

#[derive(ClapArgs, Debug)]
pub(crate) struct GcArgs {
    /// Keep so many of the newest published runs, and what ran since the oldest of them.
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub(crate) keep_last: usize,
    /// Keep the last published run of each of so many days; days on which none was published do not count.
    #[arg(long, value_name = "DAYS", default_value_t = 0)]
    pub(crate) keep_daily: usize,
    /// Say what would go, and remove nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Wait for a run to end, instead of failing.
    #[arg(long)]
    pub(crate) wait: bool,
    /// How long to wait for queries to end, in seconds; nothing is removed while somebody reads.
    #[arg(long, value_name = "SECONDS", default_value_t = warehouse::PATIENCE.as_secs())]
    pub(crate) patience: u64,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct RollbackArgs {
    /// The run to publish again.
    #[arg(value_name = "RUN")]
    pub(crate) run: u64,
    /// Wait for a run to end, instead of failing.
    #[arg(long)]
    pub(crate) wait: bool,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct ScheduleArgs {
    /// When: a cron expression of five fields (minute, hour, day of the month, month, day of the week), such as '0 2 * * *', or
    /// of six with seconds before them.
    #[arg(value_name = "EXPRESSION")]
    pub(crate) expression: String,
    /// Time zone of the expression by its IANA name, such as Europe/Amsterdam; without it that of the machine. An hour that a
    /// change of clocks leaves out is run after it, one that comes twice is run once.
    #[arg(long, value_name = "ZONE")]
    pub(crate) zone: Option<String>,
    /// Print the next five times, and run nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// With --dry-run: the next five times after this one (RFC 3339) instead of after now.
    #[arg(long, value_name = "TIME", requires = "dry_run")]
    pub(crate) after: Option<String>,
    /// Options of `herkomst run`, after `--`.
    #[arg(last = true, value_name = "OPTIONS")]
    pub(crate) run: Vec<OsString>,
}

//! Arguments of the server and of its workers.

use clap::{Args as ClapArgs, Subcommand};
use serve::Role;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

#[derive(ClapArgs, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct ServeArgs {
    #[command(subcommand)]
    pub(crate) command: Option<ServeCommand>,
    /// Address and port to listen on; port 0 takes a free one. One that other machines reach needs users and TLS.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:5433")]
    pub(crate) listen: SocketAddr,
    /// Serve the pages for people too, at this address; without one at 127.0.0.1:5480. Same users, roles and TLS; needs the study.
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:5480")]
    pub(crate) page: Option<SocketAddr>,
    #[command(flatten)]
    pub(crate) users: UsersFile,
    /// Without users: everybody on this machine comes in without a password, in this role; analyst if none is named.
    #[arg(
        long,
        value_name = "ROLE",
        num_args = 0..=1,
        default_missing_value = "analyst",
        conflicts_with = "users"
    )]
    pub(crate) trust_loopback: Option<Role>,
    /// Certificate chain of the server, in PEM. A new one is used from the next connection on.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Private key of the certificate, in PEM.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Seconds that one query may take; a client may ask for less with statement_timeout.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) query_time: u64,
    /// Memory that one query may use, such as 512MB or 2GiB; a number alone counts MiB.
    #[arg(long, value_name = "SIZE", default_value = "512MiB", value_parser = crate::amount::bytes)]
    pub(crate) query_memory: usize,
    /// Rows that a result may have.
    #[arg(long, value_name = "N", default_value_t = 1_000_000)]
    pub(crate) query_rows: u64,
    /// Connections at once.
    #[arg(long, value_name = "N", default_value = "100")]
    pub(crate) connections: NonZeroUsize,
    /// Connections of one user.
    #[arg(long, value_name = "N", default_value = "50")]
    pub(crate) user_connections: NonZeroUsize,
    /// Queries at once; each is a process of its own, and further queries wait.
    #[arg(long, value_name = "N", default_value = "4")]
    pub(crate) workers: NonZeroUsize,
    /// Queries of one user at once; without it half of --workers, so that others always find a place.
    #[arg(long, value_name = "N")]
    pub(crate) user_queries: Option<NonZeroUsize>,
    /// File for who asked what, as JSON lines; without it WAREHOUSE.queries.jsonl beside the folder of the warehouse.
    #[arg(long, value_name = "FILE")]
    pub(crate) query_log: Option<PathBuf>,
}

#[derive(ClapArgs, Debug)]
pub(crate) struct UsersFile {
    /// File of users with their roles and hashed passwords; `herkomst serve user` writes it.
    #[arg(long = "users", id = "users", env = "HERKOMST_USERS", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

#[derive(Subcommand, Debug)]
pub(crate) enum ServeCommand {
    /// Add a user to the file of users, or give one another role and password. The password is asked for on a terminal, or
    /// read as one line from standard input.
    User(UserArgs),
}

#[derive(ClapArgs, Debug)]
pub(crate) struct UserArgs {
    /// Name to log in with.
    pub(crate) name: String,
    /// auditor: everything; analyst: nothing that identifies; public: the printed tables.
    #[arg(long, value_name = "ROLE")]
    pub(crate) role: Role,
    #[command(flatten)]
    pub(crate) users: UsersFile,
}

/// What the server tells a worker.
#[derive(ClapArgs, Debug)]
pub(crate) struct WorkerArgs {
    #[arg(long)]
    pub(crate) memory: usize,
    #[arg(long)]
    pub(crate) partitions: NonZeroUsize,
    #[arg(long)]
    pub(crate) query_log: PathBuf,
}

/// What the server tells a process that follows a row of a query back.
#[derive(ClapArgs, Debug)]
pub(crate) struct WhyWorkerArgs {
    #[arg(long)]
    pub(crate) memory: usize,
}

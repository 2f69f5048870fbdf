//! `herkomst serve`: published nights for clients of Postgres, and as pages for people.

use crate::args::{Args, Log, ServeArgs, ServeCommand, UserArgs, UsersFile, WhyWorkerArgs, WorkerArgs};
use crate::failure::Failure;
use crate::output;
use crate::place::Place;
use page::{PageError, PageOptions, Pages, WhyCommand};
use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
use serve::{
    Door, Limits, ServeError, ServeOptions, Server, TlsFiles, Users, WorkerCommand, WorkerOptions, is_safe,
};
use std::io::{BufRead, IsTerminal, Write};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Unsafe(text) => Failure::Unfit { code: 8, text },
            ServeError::Engine(error) => error.into(),
            ServeError::Warehouse(error) => error.into(),
            ServeError::Io { .. } => Failure::Io(error.to_string()),
            ServeError::Users { .. } | ServeError::Certificate { .. } | ServeError::Secret(_) => {
                Failure::Usage(error.to_string())
            }
        }
    }
}

impl From<PageError> for Failure {
    fn from(error: PageError) -> Self {
        match error {
            PageError::Serve(error) => error.into(),
            PageError::Engine(error) => error.into(),
            PageError::Warehouse(error) => error.into(),
            PageError::Study(text) => Failure::Usage(text),
            PageError::Io { .. } => Failure::Io(error.to_string()),
        }
    }
}

/// Serves until told to end, or does what a subcommand says.
pub(crate) fn serve(place: &Place, args: &Args, options: &ServeArgs) -> Result<(), Failure> {
    if let Some(ServeCommand::User(user)) = &options.command {
        return add(user);
    }
    let door = door(options)?;
    let tls = match (&options.tls_cert, &options.tls_key) {
        (Some(certificate), Some(key)) => {
            Some(TlsFiles { certificate: certificate.clone(), key: key.clone() })
        }
        _ => None,
    };
    for address in std::iter::once(options.listen).chain(options.page) {
        is_safe(address, &door, tls.as_ref())?;
    }
    let warehouse = place.open_warehouse()?.root().to_owned();
    let warehouse = std::path::absolute(&warehouse).map_err(|error| Failure::io(&warehouse, &error))?;
    let query_log = query_log(options, &warehouse)?;
    let served = ServeOptions {
        listen: options.listen,
        door,
        tls,
        worker: worker_command(args, options, &warehouse, &query_log)?,
        warehouse,
        query_log,
        limits: Limits {
            time: Duration::from_secs(options.query_time),
            memory: options.query_memory,
            rows: options.query_rows,
            connections: options.connections.get(),
            user_connections: options.user_connections.get(),
            workers: options.workers.get(),
            user_queries: user_queries(options),
        },
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Io(format!("cannot start threads: {error}")))?;
    runtime.block_on(async {
        let ends = told_to_end()?;
        let server = Server::open(served)?;
        let Some(address) = options.page else {
            server.listen(|address| listening(address, None, args.json), ends).await?;
            return Ok(());
        };
        let why = why_command(place, args, options)?;
        let pages = Pages::open(page_options(place, address, server.clone(), why)?)?;
        let (told, page) = tokio::sync::oneshot::channel();
        let pages = tokio::spawn(pages.listen(move |address| _ = told.send(address).is_ok()));
        let Ok(page) = page.await else { return joined(pages.await) };
        server.listen(|address| listening(address, Some(page), args.json), ends).await?;
        joined(pages.await)
    })
}

fn page_options(
    place: &Place,
    listen: SocketAddr,
    server: Arc<Server>,
    why: WhyCommand,
) -> Result<PageOptions, Failure> {
    // Said here with all its places; once the pages are there, the log has what a study that was changed lacks.
    place.study()?;
    let (warehouse, place) = (place.open_warehouse()?, place.clone());
    let study = Box::new(move || place.study().map_err(|failure| failure.text()));
    Ok(PageOptions { listen, server, warehouse, study, why })
}

fn joined(pages: Result<Result<(), PageError>, tokio::task::JoinError>) -> Result<(), Failure> {
    Ok(pages.map_err(|error| Failure::Io(format!("the pages came to their end: {error}")))??)
}

/// Answers the server's queries.
pub(crate) fn worker(place: &Place, options: &WorkerArgs) -> Result<(), Failure> {
    let options = WorkerOptions {
        warehouse: place.warehouse.clone(),
        memory: options.memory,
        partitions: options.partitions,
        query_log: options.query_log.clone(),
    };
    Ok(serve::work(&options)?)
}

/// Follows a row of a visitor's query back, for the pages.
pub(crate) fn why_worker(place: &Place, options: &WhyWorkerArgs) -> Result<(), Failure> {
    let warehouse = place.open_warehouse()?;
    Ok(page::work_why(&warehouse, || place.study().map_err(|failure| failure.text()), options.memory)?)
}

/// How that is started: with the same study, data and warehouse, whatever folder and variables there are by then.
fn why_command(place: &Place, args: &Args, options: &ServeArgs) -> Result<WhyCommand, Failure> {
    let folder = |path: &Path| {
        let path = std::path::absolute(path).map_err(|error| Failure::io(path, &error))?;
        utf8(&path)
    };
    let mut arguments = vec!["why-worker".to_owned()];
    for (name, value) in [
        ("--warehouse", folder(&place.warehouse)?),
        ("--study", folder(&place.study_folder()?)?),
        ("--memory", options.query_memory.to_string()),
    ] {
        arguments.extend([name.to_owned(), value]);
    }
    if let Some(data) = &args.data {
        arguments.extend(["--data".to_owned(), folder(data)?]);
    }
    arguments.extend(log_arguments(args)?);
    let command = WorkerCommand { program: program()?, arguments, variables: variables() };
    Ok(WhyCommand { command, time: Duration::from_secs(options.query_time) })
}

fn door(options: &ServeArgs) -> Result<Door, Failure> {
    match (&options.users.file, options.trust_loopback) {
        (Some(file), _) => Ok(Door::Users(Users::at(file))),
        (None, Some(role)) => Ok(Door::Open(role)),
        (None, None) => Err(Failure::Unfit {
            code: 8,
            text: "who may come in? Name a file of users with --users FILE (add to it with: herkomst serve user NAME \
                   --role ROLE --users FILE), or let everybody on this machine in with --trust-loopback"
                .to_owned(),
        }),
    }
}

/// Queries of one user at once: half of those that there may be, so that who has many under way leaves others room.
fn user_queries(options: &ServeArgs) -> usize {
    let half = options.workers.get().div_ceil(2);
    options.user_queries.map_or(half, NonZeroUsize::get)
}

/// Lines on standard output: where clients connect, and browsers.
fn listening(address: SocketAddr, page: Option<SocketAddr>, json: bool) {
    let lines = match (json, page) {
        (true, None) => format!("{{\"listening\": \"{address}\"}}\n"),
        (true, Some(page)) => format!("{{\"listening\": \"{address}\", \"page\": \"{page}\"}}\n"),
        (false, None) => format!("listening on {address}\n"),
        (false, Some(page)) => format!("listening on {address}\npages on {page}\n"),
    };
    // Without a reader the lines are lost, and the server serves all the same.
    drop(output::text(&lines));
}

/// Completes when the process is told to end. A hang-up ends nothing: who sends it wants files to be read again, and they are.
fn told_to_end() -> Result<impl Future<Output = ()>, Failure> {
    let listen =
        |kind| signal(kind).map_err(|error| Failure::Io(format!("cannot listen for signals: {error}")));
    let (mut term, mut int) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    let mut hang_up = listen(SignalKind::hangup())?;
    Ok(async move {
        tokio::spawn(async move { while hang_up.recv().await.is_some() {} });
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
    })
}

fn query_log(options: &ServeArgs, warehouse: &Path) -> Result<PathBuf, Failure> {
    let path = options.query_log.clone().unwrap_or_else(|| {
        let mut beside = warehouse.as_os_str().to_owned();
        beside.push(".queries.jsonl");
        PathBuf::from(beside)
    });
    std::path::absolute(&path).map_err(|error| Failure::io(&path, &error))
}

fn worker_command(
    args: &Args,
    options: &ServeArgs,
    warehouse: &Path,
    query_log: &Path,
) -> Result<WorkerCommand, Failure> {
    let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let mut arguments = vec!["serve-worker".to_owned(), "--warehouse".to_owned(), utf8(warehouse)?];
    for (name, value) in [
        ("--memory", options.query_memory.to_string()),
        ("--partitions", processors.min(PARTITIONS).to_string()),
        ("--query-log", utf8(query_log)?),
    ] {
        arguments.extend([name.to_owned(), value]);
    }
    arguments.extend(log_arguments(args)?);
    Ok(WorkerCommand { program: program()?, arguments, variables: variables() })
}

fn program() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|error| Failure::Io(format!("cannot find the program itself: {error}")))
}

fn utf8(path: &Path) -> Result<String, Failure> {
    let text = path.to_str().map(str::to_owned);
    text.ok_or_else(|| Failure::Usage(format!("{} is no path of UTF-8", path.display())))
}

/// A process that the server starts logs as the server does.
fn log_arguments(args: &Args) -> Result<Vec<String>, Failure> {
    let mut arguments = Vec::new();
    if let Some(file) = &args.log_file {
        let file = std::path::absolute(file).map_err(|error| Failure::io(file, &error))?;
        arguments.extend(["--log-file".to_owned(), utf8(&file)?]);
    }
    let log = match args.log {
        Log::Off => "off",
        Log::Text => "text",
        Log::Json => "json",
    };
    arguments.extend(["--log".to_owned(), log.to_owned()]);
    Ok(arguments)
}

fn variables() -> Vec<(String, String)> {
    ALLOCATOR.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}

/// Threads that one query is spread over, where there are so many processors: several queries run at once.
const PARTITIONS: NonZeroUsize = NonZeroUsize::MIN.saturating_add(3);

/// What the allocator sets aside counts as held by a worker, who may hold so much and no more; otherwise that is a gigabyte at once.
/// Large pages would have it hold what it does not use.
const ALLOCATOR: [(&str, &str); 2] = [("MIMALLOC_ARENA_EAGER_COMMIT", "0"), ("MIMALLOC_ALLOW_THP", "0")];

fn add(user: &UserArgs) -> Result<(), Failure> {
    let UsersFile { file: Some(file) } = &user.users else {
        return Err(Failure::Usage("name the file of users with --users FILE".to_owned()));
    };
    let password = password()?;
    Users::at(file).set(&user.name, user.role, &password)?;
    output::text(&format!("{} may log in as {}\n", user.name, user.role))
}

/// A line from standard input; asked for twice, and not shown, where somebody types it.
fn password() -> Result<String, Failure> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return line();
    }
    let hidden = |prompt: &str| {
        let before = tcgetattr(&stdin).map_err(unreadable)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&stdin, OptionalActions::Flush, &quiet).map_err(unreadable)?;
        // A prompt that cannot be shown is no reason not to listen.
        drop(write!(std::io::stderr(), "{prompt}"));
        let typed = line();
        drop(writeln!(std::io::stderr()));
        tcsetattr(&stdin, OptionalActions::Flush, &before).map_err(unreadable)?;
        typed
    };
    let (first, second) = (hidden("password: ")?, hidden("again: ")?);
    if first == second {
        Ok(first)
    } else {
        Err(Failure::Usage("the two passwords differ; nothing was changed".to_owned()))
    }
}

fn line() -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(unreadable)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

fn unreadable(error: impl std::fmt::Display) -> Failure {
    Failure::Io(format!("cannot read the password: {error}"))
}

//! What all visits share: the server beside the pages, the study, and the runs.

use crate::auditing::Auditing;
use crate::fault::{Fault, PageError};
use crate::printing::Printings;
use crate::sessions::{Encrypted, Sessions};
use crate::sql::KnownNames;
use crate::why::{Following, WhyCommand};
use engine::{DeliveredLines, ReadingRoom, Resources};
use serve::Server;
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use study::Study;
use terms::Manifest;
use warehouse::Warehouse;

/// Reads the study from its folder.
pub type LoadStudy = Box<dyn Fn() -> Result<Study, String> + Send + Sync>;

/// How pages are served.
pub struct PageOptions {
    /// Address; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// The server that lets users in and answers their queries.
    pub server: Arc<Server>,
    /// The warehouse.
    pub warehouse: Arc<Warehouse>,
    /// Reads the study; it is read again when a run ran another one than the one that is known.
    pub study: LoadStudy,
    /// How the process is started that follows a row of a visitor's own query back.
    pub why: WhyCommand,
}

/// Pages on the runs of a warehouse.
#[derive(Debug)]
pub struct Pages {
    pub(crate) house: Arc<House>,
    pub(crate) listen: SocketAddr,
}

/// What all visits share.
pub(crate) struct House {
    pub(crate) server: Arc<Server>,
    pub(crate) warehouse: Arc<Warehouse>,
    pub(crate) room: ReadingRoom,
    pub(crate) sessions: Sessions,
    pub(crate) auditing: Auditing,
    /// Lines of deliveries.
    pub(crate) lines: DeliveredLines,
    /// Printed tables of runs.
    pub(crate) printings: Printings,
    /// Names that queries may have in them.
    pub(crate) names: KnownNames,
    /// Processes that follow rows of queries back.
    pub(crate) following: Arc<Following>,
    load: LoadStudy,
    latest: Mutex<Arc<Study>>,
    /// The study as each run had it.
    of_runs: Mutex<BTreeMap<u64, Arc<Study>>>,
    is_encrypted: bool,
}

/// Memory of the queries of pages together, in bytes; what is larger goes to disk.
const MEMORY: usize = 512 << 20;
/// Studies of runs that are kept; further ones are made again.
const STUDIES: usize = 16;

impl fmt::Debug for House {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("House").field("warehouse", &self.warehouse).finish_non_exhaustive()
    }
}

impl Pages {
    /// Pages that are ready to be served.
    ///
    /// # Errors
    /// A study or a warehouse that cannot be read.
    pub fn open(options: PageOptions) -> Result<Self, PageError> {
        let resources = Resources { partitions: NonZeroUsize::MIN.saturating_add(1), memory: MEMORY };
        let study = (options.study)().map_err(PageError::Study)?;
        let house = House {
            is_encrypted: options.server.page_acceptor().is_some(),
            room: ReadingRoom::new(options.warehouse.clone(), resources, |_| Ok(()))?,
            auditing: Auditing::new(options.warehouse.clone(), resources),
            lines: DeliveredLines::default(),
            printings: Printings::default(),
            names: KnownNames::default(),
            following: Following::new(options.why),
            server: options.server,
            warehouse: options.warehouse,
            sessions: Sessions::default(),
            load: options.study,
            latest: Mutex::new(Arc::new(study)),
            of_runs: Mutex::default(),
        };
        Ok(Self { house: Arc::new(house), listen: options.listen })
    }
}

impl House {
    /// Whether browsers speak TLS with the server.
    pub(crate) fn is_encrypted(&self) -> bool {
        self.is_encrypted
    }

    pub(crate) fn encrypted(&self) -> Encrypted {
        if self.is_encrypted { Encrypted::Yes } else { Encrypted::No }
    }

    /// The study as it was read last: its title, and whether its data is invented.
    pub(crate) fn study(&self) -> Arc<Study> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The study in the form in which a run ran it. It is read again from its folder if the one that is known is another.
    ///
    /// # Errors
    /// The study has changed since the run, so that its rows are not those of its queries any more.
    pub(crate) fn study_of(&self, run: &Manifest) -> Result<Arc<Study>, Fault> {
        let known = || self.of_runs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(study) = known().get(&run.run) {
            return Ok(study.clone());
        }
        let study = match as_run(&self.study(), run)? {
            Some(study) => study,
            None => {
                let read = Arc::new((self.load)().map_err(Fault::inside)?);
                *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = read.clone();
                as_run(&read, run)?.ok_or(Fault::Changed(run.run))?
            }
        };
        let study = Arc::new(study);
        let mut known = known();
        if known.len() >= STUDIES {
            known.pop_first();
        }
        known.insert(run.run, study.clone());
        Ok(study)
    }
}

/// The study in the form in which a run ran it; none if it is another one by now.
fn as_run(study: &Study, run: &Manifest) -> Result<Option<Study>, Fault> {
    let Ok(study) = study.as_run(run) else { return Ok(None) };
    Ok(engine::is_definition_of(&study, run)?.then_some(study))
}

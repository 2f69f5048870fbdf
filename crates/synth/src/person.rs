//! One invented person, as true as the story goes; deliveries may tell it otherwise.

use chrono::NaiveDate;

/// How somebody's guidance stands on the reference date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Still in guidance.
    #[default]
    Guidance,
    /// Left with a residence permit.
    Permit,
    /// Left by returning.
    Return,
    /// Left for an unknown destination (MOB).
    Unknown,
    /// Left in another way.
    Other,
}

/// When a person enters the registrations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entrance {
    /// Registered as current in round 1.
    Current,
    /// Inventoried as a leaver in round 2.
    Left,
    /// Registered as current, told to have left in round 3.
    LateLeft,
    /// Added as current in round 3.
    LateAdded,
}

/// Yes, no or not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Known {
    /// Ja.
    Yes,
    /// Nee.
    #[default]
    No,
    /// Onbekend.
    Unknown,
}

/// What the trajectory aims at (C11).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Aim {
    /// A residence permit.
    #[default]
    Stay,
    /// Return.
    Return,
    /// Both.
    Both,
    /// Something else.
    Other,
    /// Not known.
    Unknown,
}

/// Who ended the guidance (C15).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EndedBy {
    /// In agreement.
    #[default]
    Both,
    /// The centre.
    Centre,
    /// The client.
    Client,
}

/// What the registration tells besides who somebody is (C7 to C9, C11, C12, C15).
#[derive(Clone, Debug, Default)]
pub struct Traits {
    /// Children in the Netherlands; `None` is missing.
    pub children: Option<u32>,
    /// Psychiatric diagnosis.
    pub diagnosis: Known,
    /// Treated for physical complaints.
    pub complaints: Known,
    /// Aim of the trajectory.
    pub aim: Aim,
    /// Formal contacts in total; `None` is missing.
    pub contacts: Option<u32>,
    /// Who ended the guidance; only of meaning for leavers.
    pub ended_by: EndedBy,
}

/// When somebody was first held in detention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Held {
    /// Never.
    #[default]
    Never,
    /// First before inflow at the centre.
    Before,
    /// First on the day of inflow or later.
    Since,
}

/// What the DMB counts about a person (v10 to v13) on the reference date.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Asylum requests, the first included.
    pub asylum: u32,
    /// Regular requests.
    pub regular: u32,
    /// Requests on the ground that one cannot leave through no fault of one's own.
    pub no_fault: u32,
    /// Appeals AC.
    pub ac: u32,
    /// Appeals AR.
    pub ar: u32,
    /// Appeals VK.
    pub vk: u32,
    /// Detention.
    pub held: Held,
    /// Days in detention in total; of no meaning for those never held.
    pub days: i64,
    /// Days between arrival and the decision on the first request.
    pub decided: i64,
    /// Whether nothing was pending and no title held on the day of inflow.
    pub stuck: bool,
}

/// One invented person.
#[derive(Clone, Debug)]
pub struct Person {
    /// True V-number, ten digits.
    pub v_number: String,
    /// Given name or names.
    pub given: String,
    /// Surname.
    pub surname: String,
    /// Date of birth.
    pub birth: NaiveDate,
    /// Whether she is a woman.
    pub woman: bool,
    /// Index of the country of origin in the calibration.
    pub country: usize,
    /// Index of the centre in the calibration.
    pub centre: usize,
    /// How the guidance stands.
    pub way: Way,
    /// When the person enters the registrations.
    pub entrance: Entrance,
    /// Whether the DMB knows the person under a findable key.
    pub matched: bool,
    /// First registration in the Netherlands (v8b).
    pub arrival: NaiveDate,
    /// Inflow at the centre (C10).
    pub inflow: NaiveDate,
    /// Outflow (C14).
    pub outflow: Option<NaiveDate>,
    /// The other registered facts.
    pub traits: Traits,
    /// What the DMB counts.
    pub past: Past,
}

impl Person {
    /// Completed years of age on a day.
    pub fn age(&self, day: NaiveDate) -> i64 {
        crate::dates::completed_months(self.birth, day).div_euclid(12)
    }

    /// Birth date, sex and country: what finds somebody whose V-number does not.
    pub fn key(&self) -> (NaiveDate, bool, usize) {
        (self.birth, self.woman, self.country)
    }

    /// Whether the birth date `birth` would leave the person as old, in completed years, at arrival, at inflow and when
    /// the first request was decided.
    pub fn could_be_born(&self, birth: NaiveDate) -> bool {
        let decided = self.arrival + chrono::Days::new(self.past.decided.unsigned_abs());
        [self.arrival, self.inflow, decided]
            .iter()
            .all(|day| crate::dates::completed_months(birth, *day).div_euclid(12) == self.age(*day))
    }
}

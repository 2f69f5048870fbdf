//! The one place where registered facts of a person are drawn from the way of leaving.
//!
//! Weights are plausible, not fitted: a calibration may replace this module without touching any other.

use crate::chance::Chance;
use crate::person::{Aim, EndedBy, Known, Traits, Way};

/// Weights per way: guidance, permit, return, unknown destination, other.
struct Weights {
    children: [usize; 4],
    diagnosis: [usize; 3],
    complaints: [usize; 3],
    aim: [usize; 5],
    ended_by: [usize; 3],
}

const GUIDANCE: Weights = Weights {
    children: [76, 15, 7, 2],
    diagnosis: [66, 22, 12],
    complaints: [70, 21, 9],
    aim: [46, 20, 19, 7, 8],
    ended_by: [1, 0, 0],
};
const PERMIT: Weights = Weights {
    children: [90, 7, 3, 0],
    diagnosis: [80, 12, 8],
    complaints: [84, 10, 6],
    aim: [95, 0, 4, 0, 1],
    ended_by: [70, 25, 5],
};
const RETURN: Weights = Weights {
    children: [85, 10, 5, 0],
    diagnosis: [60, 25, 15],
    complaints: [72, 18, 10],
    aim: [5, 72, 18, 2, 3],
    ended_by: [60, 10, 30],
};
const UNKNOWN: Weights = Weights {
    children: [83, 12, 5, 0],
    diagnosis: [50, 17, 33],
    complaints: [75, 12, 13],
    aim: [21, 38, 18, 10, 13],
    ended_by: [5, 20, 75],
};
const OTHER: Weights = Weights {
    children: [75, 15, 10, 0],
    diagnosis: [60, 25, 15],
    complaints: [70, 15, 15],
    aim: [40, 22, 18, 12, 8],
    ended_by: [30, 45, 25],
};

/// Registered facts of a person who leaves in this way after `months` completed months of guidance.
pub fn traits(way: Way, woman: bool, months: i64, chance: &mut Chance) -> Traits {
    let weights = match way {
        Way::Guidance => GUIDANCE,
        Way::Permit => PERMIT,
        Way::Return => RETURN,
        Way::Unknown => UNKNOWN,
        Way::Other => OTHER,
    };
    const KNOWN: [Known; 3] = [Known::No, Known::Yes, Known::Unknown];
    const AIMS: [Aim; 5] = [Aim::Stay, Aim::Return, Aim::Both, Aim::Other, Aim::Unknown];
    const ENDS: [EndedBy; 3] = [EndedBy::Both, EndedBy::Centre, EndedBy::Client];
    let children = if woman { chance.weighted(&weights.children) } else { 0 };
    let rate = chance.between(1, 6);
    Traits {
        children: (!chance.percent(4)).then_some(children as u32),
        diagnosis: KNOWN[chance.weighted(&weights.diagnosis)],
        complaints: KNOWN[chance.weighted(&weights.complaints)],
        aim: AIMS[chance.weighted(&weights.aim)],
        contacts: (!chance.percent(6)).then_some((rate * months.max(1) / 2 + chance.between(0, 4)) as u32),
        ended_by: ENDS[chance.weighted(&weights.ended_by)],
    }
}

/// How many women each way of leaving has: guidance, permit, return, unknown destination, other.
pub const WOMEN_BY_WAY: [usize; 5] = [162, 2, 7, 14, 5];

//! The parts of the story and who plays them.

/// The persons (indices) behind each part of the story.
#[derive(Clone, Debug, Default)]
pub struct Roles {
    /// Registered twice at one centre under the same V-number.
    pub twice: Vec<usize>,
    /// Registered twice at one centre, once under a mistyped V-number.
    pub two_numbers: Vec<usize>,
    /// Went from one centre to another and is registered at both.
    pub moved: Vec<usize>,
    /// Registered again without V-number, under another spelling.
    pub respelled: Vec<usize>,
    /// Registered under the V-number of the first of the pair, by copying.
    pub copied: Vec<(usize, usize)>,
    /// Registered under a mistyped V-number only.
    pub mistyped: Vec<usize>,
    /// Registered without V-number, yet in the DMB.
    pub numberless: Vec<usize>,
    /// Has another birth date in the DMB.
    pub other_birth: Vec<usize>,
    /// Current, but with an unknown outflow: the late leavers first.
    pub unclear: Vec<usize>,
    /// Corrected in round 2, with the field.
    pub corrected: Vec<(usize, Field)>,
    /// Delivered again in round 2 without a change.
    pub repeated: Vec<usize>,
    /// Leaver delivered twice by one centre.
    pub left_twice: Vec<usize>,
    /// Leaver delivered twice by one centre, once under a mistyped V-number.
    pub left_two_numbers: Vec<usize>,
    /// Leaver delivered by two centres.
    pub left_moved: Vec<usize>,
    /// Leaver delivered once more in round 3.
    pub left_again: Vec<usize>,
    /// Current person delivered once more as an addition in round 3.
    pub added_again: Vec<usize>,
    /// First delivered in a line that breaks the contract.
    pub faulty: Vec<usize>,
    /// Leaver first delivered in a line that breaks the contract.
    pub left_faulty: Vec<usize>,
    /// Mothers whose child is registered as a client.
    pub mothers: Vec<usize>,
    /// Mothers whose child is registered as an adult client.
    pub late_mothers: Vec<usize>,
    /// Not matched: two DMB persons fit.
    pub ambiguous: Vec<usize>,
    /// Not matched and without V-number.
    pub unknown: Vec<usize>,
}

/// A field that round 2 corrects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// C10.
    Inflow,
    /// C6.
    Country,
    /// C5.
    Sex,
    /// C8.
    Diagnosis,
    /// C11.
    Aim,
    /// C7.
    Children,
    /// C12.
    Contacts,
}

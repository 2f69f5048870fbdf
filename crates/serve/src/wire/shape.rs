//! Whether a message has just the parts that its letter promises.
//!
//! pgwire reads the parts of a message one after the other and does not look where it ends: one that is too short would have it panic,
//! or take the beginning of the next message for its own.

/// Whether the body of a message is whole and no longer than it should be. Of letters that are not read part by part any body is.
pub(super) fn is_whole(letter: u8, body: &[u8]) -> bool {
    let mut rest = Rest(body);
    rest.message(letter).is_some() && rest.0.is_empty()
}

/// What was not read yet.
struct Rest<'b>(&'b [u8]);

impl Rest<'_> {
    /// The parts of a message of a client.
    fn message(&mut self, letter: u8) -> Option<()> {
        match letter {
            b'Q' | b'f' => self.text(),
            b'P' => {
                self.text()?;
                self.text()?;
                self.many(4)
            }
            b'B' => {
                self.text()?;
                self.text()?;
                self.many(2)?;
                for _ in 0..self.count()? {
                    self.value()?;
                }
                self.many(2)
            }
            b'E' => {
                self.text()?;
                self.skip(4)
            }
            b'C' | b'D' => {
                self.skip(1)?;
                self.text()
            }
            b'H' | b'S' | b'X' | b'c' => Some(()),
            _ => self.skip(self.0.len()),
        }
    }

    fn skip(&mut self, bytes: usize) -> Option<()> {
        self.0 = self.0.get(bytes..)?;
        Some(())
    }

    /// A text and the zero at its end.
    fn text(&mut self) -> Option<()> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        self.skip(end + 1)
    }

    fn count(&mut self) -> Option<usize> {
        let (count, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_be_bytes(*count).into())
    }

    /// So many things of so many bytes each, after their number.
    fn many(&mut self, bytes: usize) -> Option<()> {
        let count = self.count()?;
        self.skip(count * bytes)
    }

    /// A value after its length, which is below zero for NULL.
    fn value(&mut self) -> Option<()> {
        let (length, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        usize::try_from(i32::from_be_bytes(*length)).map_or(Some(()), |bytes| self.skip(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::{Bytes, BytesMut};
    use pgwire::messages::extendedquery::{Bind, Close, Describe, Execute, Parse};
    use pgwire::messages::simplequery::Query;
    use pgwire::messages::{DecodeContext, Message, PgWireFrontendMessage};
    use proptest::prelude::*;

    /// Letters of messages that are read part by part.
    const READ: &[u8] = b"QPBECDfHSXc";

    /// Bodies that are nearly whole, and others.
    fn body() -> impl Strategy<Value = Vec<u8>> {
        let part = prop_oneof![
            Just(vec![0]),
            Just(vec![0, 0]),
            Just(vec![0, 1]),
            Just(vec![0, 2]),
            Just(vec![0xff; 4]),
            Just(vec![0, 0, 0, 1]),
            Just(b"a\0".to_vec()),
            prop::collection::vec(any::<u8>(), 0..9),
        ];
        prop::collection::vec(part, 0..9).prop_map(|parts| parts.concat())
    }

    fn sent(message: &impl Message) -> (u8, Vec<u8>) {
        let mut bytes = BytesMut::new();
        message.encode(&mut bytes).unwrap();
        (bytes[0], bytes[5..].to_vec())
    }

    proptest! {
        // One body in fifteen is whole.
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn what_is_whole_is_read_to_its_end(letter in prop::sample::select(READ), body in body()) {
            if !is_whole(letter, &body) {
                return Ok(());
            }
            let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
            let mut bytes = BytesMut::from([&[letter][..], &length, &body, b"S\0\0\0\x04"].concat().as_slice());
            let mut context = DecodeContext::default();
            (context.awaiting_frontend_ssl, context.awaiting_frontend_startup) = (false, false);
            prop_assert!(PgWireFrontendMessage::decode(&mut bytes, &context).unwrap().is_some());
            prop_assert_eq!(&bytes[..], b"S\0\0\0\x04", "the next message is left");
        }
    }

    proptest! {
        #[test]
        fn messages_of_clients_are_whole_and_no_part_of_them_is(
            name in "[a-z]{0,3}",
            values in prop::collection::vec(prop::option::of("[a-z]{0,3}"), 0..4),
            formats in prop::collection::vec(0_i16..2, 0..4),
        ) {
            let own = Some(name.clone()).filter(|name| !name.is_empty());
            let bound = values.iter().map(|value| value.clone().map(Bytes::from)).collect();
            for (letter, body) in [
                sent(&Parse::new(own.clone(), "select 1".to_owned(), vec![25; values.len()])),
                sent(&Bind::new(own.clone(), own.clone(), formats.clone(), bound, formats.clone())),
                sent(&Describe::new(b'S', own.clone())),
                sent(&Close::new(b'P', own.clone())),
                sent(&Execute::new(own.clone(), 7)),
                sent(&Query::new(name.clone())),
            ] {
                prop_assert!(is_whole(letter, &body));
                prop_assert!(!is_whole(letter, &[&body[..], b"\0"].concat()));
                for end in 0..body.len() {
                    prop_assert!(!is_whole(letter, &body[..end]), "{} of {:?}", end, body);
                }
            }
        }
    }
}

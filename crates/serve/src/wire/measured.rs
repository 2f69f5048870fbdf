//! A stream whose messages have a largest size, and the parts that they should have: pgwire itself would take a gigabyte before it looks
//! at one, and reads what is not there.

use super::shape::is_whole;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A stream that ends with an error at the header of a message that is too large, and at the end of one that is not whole.
#[derive(Debug)]
pub(super) struct Measured<S> {
    stream: S,
    meter: Meter,
}

/// Follows the messages of a client by their headers.
#[derive(Debug)]
struct Meter {
    most: usize,
    /// Bytes of a header that came so far, and how many it has: the first message has no letter before its length.
    header: Vec<u8>,
    whole: usize,
    /// Letter of the message, after the first, and what came of its body.
    letter: Option<u8>,
    body: Vec<u8>,
    /// Bytes of the message that are still to come.
    rest: usize,
}

impl<S> Measured<S> {
    /// Measures a stream of which these bytes were read already.
    ///
    /// # Errors
    /// They begin a message that is too large, or hold one that is not whole.
    pub(super) fn new(stream: S, read: &[u8], most: usize) -> io::Result<Self> {
        let mut meter = Meter { most, header: Vec::new(), whole: 4, letter: None, body: Vec::new(), rest: 0 };
        meter.pass(read)?;
        Ok(Self { stream, meter })
    }
}

impl Meter {
    fn pass(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            if self.rest > 0 {
                let (passed, others) = bytes.split_at(self.rest.min(bytes.len()));
                self.rest -= passed.len();
                if self.letter.is_some() {
                    self.body.extend_from_slice(passed);
                }
                bytes = others;
                self.end()?;
                continue;
            }
            self.header.push(bytes[0]);
            bytes = &bytes[1..];
            if self.header.len() == self.whole {
                self.begin()?;
                self.end()?;
            }
        }
        Ok(())
    }

    /// The header of a message is there.
    fn begin(&mut self) -> io::Result<()> {
        let mut length = [0; 4];
        length.copy_from_slice(&self.header[self.whole - 4..]);
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if !(4..=self.most).contains(&length) {
            return Err(unfit("a message is too large"));
        }
        self.letter = self.header.first().copied().filter(|_| self.whole == 5);
        self.rest = length - 4;
        self.header.clear();
        self.whole = 5;
        Ok(())
    }

    /// More of a message is there; perhaps its end.
    fn end(&mut self) -> io::Result<()> {
        if self.rest > 0 {
            return Ok(());
        }
        let body = std::mem::take(&mut self.body);
        match self.letter {
            Some(letter) if !is_whole(letter, &body) => {
                Err(unfit("a message has not the parts that it should have"))
            }
            _ => Ok(()),
        }
    }
}

fn unfit(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

impl<S: AsyncRead + Unpin> AsyncRead for Measured<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let read = buffer.filled()[before..].to_vec();
        Poll::Ready(self.meter.pass(&read))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Measured<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(letter: Option<u8>, length: u32) -> Vec<u8> {
        let mut body = vec![7; usize::try_from(length).unwrap().min(100) - 4];
        body.last_mut().into_iter().for_each(|last| *last = 0);
        letter.into_iter().chain(length.to_be_bytes()).chain(body).collect()
    }

    #[test]
    fn messages_pass_in_any_pieces_until_one_is_too_large() {
        let good = [message(None, 30), message(Some(b'Q'), 100), message(Some(b'S'), 4)].concat();
        for piece in 1..good.len() {
            let mut meter = Measured::new((), &[], 100).unwrap().meter;
            good.chunks(piece).for_each(|bytes| meter.pass(bytes).unwrap());
            assert!(meter.pass(&message(Some(b'P'), 101)).is_err());
        }
        let torn = [message(None, 30), vec![b'Q', 0, 0, 0, 6, 7, 7]].concat();
        for piece in 1..torn.len() {
            let mut meter = Measured::new((), &[], 100).unwrap().meter;
            assert!(torn.chunks(piece).any(|bytes| meter.pass(bytes).is_err()), "no zero ends the text");
        }
        assert!(Measured::new((), &message(None, 101), 100).is_err());
        assert!(Measured::new((), &[0, 0, 0, 3], 100).is_err());
    }
}

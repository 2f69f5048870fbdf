//! A small client of the protocol of Postgres, by its description: it sees every message, and can send what no driver would.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A row as text.
pub(super) type Row = Vec<Option<String>>;

/// What the server said went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: String,
    pub(super) message: String,
}

/// A message: its letter and its body.
#[derive(Debug)]
pub(super) struct Message(pub(super) u8, pub(super) Vec<u8>);

/// What came until the server was ready again.
#[derive(Debug, Default)]
pub(super) struct Answer {
    pub(super) names: Vec<String>,
    /// OIDs of the types of the columns.
    pub(super) types: Vec<u32>,
    pub(super) rows: Vec<Vec<Option<Vec<u8>>>>,
    pub(super) tags: Vec<String>,
    pub(super) fault: Option<Fault>,
    /// Letters of all messages.
    pub(super) letters: String,
    /// Status of the transaction: I, T or E.
    pub(super) status: char,
}

impl Answer {
    pub(super) fn texts(&self) -> Vec<Row> {
        let text = |value: &Option<Vec<u8>>| value.clone().map(|bytes| String::from_utf8(bytes).unwrap());
        self.rows.iter().map(|row| row.iter().map(text).collect()).collect()
    }
}

pub(super) struct Client {
    pub(super) stream: TcpStream,
    pub(super) pid: u32,
    pub(super) key: Vec<u8>,
}

impl Client {
    /// Connects and logs in.
    pub(super) fn new(address: &str, user: &str, database: &str, password: &str) -> Result<Self, Fault> {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let mut client = Self { stream, pid: 0, key: Vec::new() };
        let mut body = 196_608_u32.to_be_bytes().to_vec();
        for text in ["user", user, "database", database, "application_name", "test", ""] {
            body.extend_from_slice(text.as_bytes());
            body.push(0);
        }
        client.stream.write_all(&framed(None, &body)).unwrap();
        loop {
            let Message(letter, body) = client.message().expect("the server hung up");
            match letter {
                b'R' => client.authenticate(&body, password)?,
                b'K' => {
                    client.pid = u32::from_be_bytes(body[..4].try_into().unwrap());
                    client.key = body[4..].to_vec();
                }
                b'E' => return Err(fault(&body)),
                b'Z' => return Ok(client),
                _ => {}
            }
        }
    }

    fn authenticate(&mut self, body: &[u8], password: &str) -> Result<(), Fault> {
        match u32::from_be_bytes(body[..4].try_into().unwrap()) {
            0 => Ok(()),
            10 => self.scram(password),
            other => panic!("authentication {other}"),
        }
    }

    /// SCRAM-SHA-256 as the RFC has it for clients.
    fn scram(&mut self, password: &str) -> Result<(), Fault> {
        let bare = "n=,r=fyko+d2lbbFgONRv9qkxdawL";
        let first = format!("n,,{bare}");
        let mut body = b"SCRAM-SHA-256\0".to_vec();
        body.extend(u32::try_from(first.len()).unwrap().to_be_bytes());
        body.extend_from_slice(first.as_bytes());
        self.send(b'p', &body);
        let Message(letter, body) = self.message().expect("the server hung up");
        if letter == b'E' {
            return Err(fault(&body));
        }
        let server_first = String::from_utf8(body[4..].to_vec()).unwrap();
        let part =
            |name: &str| server_first.split(',').find_map(|part| part.strip_prefix(name)).unwrap().to_owned();
        let salt = STANDARD.decode(part("s=")).unwrap();
        let mut block = hmac(password.as_bytes(), &[salt.as_slice(), &[0, 0, 0, 1]].concat());
        let mut salted = block;
        for _ in 1..part("i=").parse::<u32>().unwrap() {
            block = hmac(password.as_bytes(), &block);
            salted.iter_mut().zip(block).for_each(|(all, one)| *all ^= one);
        }
        let client_key = hmac(&salted, b"Client Key");
        let without_proof = format!("c=biws,r={}", part("r="));
        let said = format!("{bare},{server_first},{without_proof}");
        let mut proof = hmac(&Sha256::digest(client_key), said.as_bytes());
        proof.iter_mut().zip(client_key).for_each(|(byte, key)| *byte ^= key);
        self.send(b'p', format!("{without_proof},p={}", STANDARD.encode(proof)).as_bytes());
        let Message(letter, body) = self.message().expect("the server hung up");
        if letter == b'E' {
            return Err(fault(&body));
        }
        let signature = hmac(&hmac(&salted, b"Server Key"), said.as_bytes());
        assert_eq!(&body[4..], format!("v={}", STANDARD.encode(signature)).as_bytes());
        Ok(())
    }

    pub(super) fn send(&mut self, letter: u8, body: &[u8]) {
        // A server that hung up is found when it is listened to.
        drop(self.stream.write_all(&framed(Some(letter), body)));
    }

    /// The next message; none if the server hung up.
    pub(super) fn message(&mut self) -> Option<Message> {
        let mut header = [0; 5];
        self.stream.read_exact(&mut header).ok()?;
        let length = usize::try_from(u32::from_be_bytes(header[1..].try_into().unwrap())).unwrap();
        let mut body = vec![0; length - 4];
        self.stream.read_exact(&mut body).ok()?;
        Some(Message(header[0], body))
    }

    /// Everything until the server is ready again.
    pub(super) fn answer(&mut self) -> Answer {
        let mut answer = Answer::default();
        loop {
            let Some(Message(letter, body)) = self.message() else {
                answer.fault.get_or_insert(Fault { code: "gone".into(), message: "hung up".into() });
                return answer;
            };
            answer.letters.push(char::from(letter));
            match letter {
                b'T' => (answer.names, answer.types) = columns(&body),
                b'D' => answer.rows.push(row(&body)),
                b'C' => answer.tags.push(text(&body)),
                b'E' => answer.fault = Some(fault(&body)),
                b'Z' => {
                    answer.status = char::from(body[0]);
                    return answer;
                }
                _ => {}
            }
        }
    }

    /// Asks in the simple protocol.
    pub(super) fn ask(&mut self, sql: &str) -> Answer {
        self.send(b'Q', &terminated(sql));
        self.answer()
    }

    /// The rows of a query.
    pub(super) fn rows(&mut self, sql: &str) -> Vec<Row> {
        let answer = self.ask(sql);
        assert_eq!(answer.fault, None, "{sql}");
        answer.texts()
    }

    /// The only value of a query.
    pub(super) fn value(&mut self, sql: &str) -> String {
        let rows = self.rows(sql);
        assert_eq!((rows.len(), rows[0].len()), (1, 1), "{sql}");
        rows[0][0].clone().unwrap()
    }

    /// The SQLSTATE that a query ends with.
    pub(super) fn code(&mut self, sql: &str) -> String {
        self.ask(sql).fault.map(|fault| fault.code).unwrap_or_default()
    }

    /// Parse, Bind and Describe of the unnamed statement, with values as text and results in one format.
    pub(super) fn bind(&mut self, sql: &str, values: &[Option<&str>], format: u16) {
        self.send(b'P', &[&b"\0"[..], &terminated(sql), &[0, 0]].concat());
        let mut body = b"\0\0\0\0".to_vec();
        body.extend(u16::try_from(values.len()).unwrap().to_be_bytes());
        for value in values {
            let length = value.map_or(u32::MAX, |value| u32::try_from(value.len()).unwrap());
            body.extend(length.to_be_bytes());
            body.extend_from_slice(value.unwrap_or_default().as_bytes());
        }
        body.extend([0, 1]);
        body.extend(format.to_be_bytes());
        self.send(b'B', &body);
        self.send(b'D', b"P\0");
    }

    /// Execute of the unnamed portal, with at most so many rows; 0 for all.
    pub(super) fn execute(&mut self, most: u32) {
        self.send(b'E', &[&b"\0"[..], &most.to_be_bytes()].concat());
    }

    /// Asks in the extended protocol.
    pub(super) fn prepared(&mut self, sql: &str, values: &[Option<&str>], format: u16) -> Answer {
        self.bind(sql, values, format);
        self.execute(0);
        self.send(b'S', b"");
        self.answer()
    }
}

fn framed(letter: Option<u8>, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    letter.into_iter().chain(length).chain(body.iter().copied()).collect()
}

fn terminated(text: &str) -> Vec<u8> {
    [text.as_bytes(), &[0]].concat()
}

fn text(body: &[u8]) -> String {
    String::from_utf8(body.split(|byte| *byte == 0).next().unwrap().to_vec()).unwrap()
}

fn fault(body: &[u8]) -> Fault {
    let field = |letter: u8| {
        let found = body.split(|byte| *byte == 0).find(|field| field.first() == Some(&letter));
        text(&found.unwrap_or_default()[1..])
    };
    Fault { code: field(b'C'), message: field(b'M') }
}

fn number(bytes: &mut &[u8], size: usize) -> u32 {
    let (head, rest) = bytes.split_at(size);
    *bytes = rest;
    head.iter().fold(0, |all, byte| (all << 8) | u32::from(*byte))
}

fn columns(mut body: &[u8]) -> (Vec<String>, Vec<u32>) {
    let count = number(&mut body, 2);
    let column = |_| {
        let name = text(body);
        body = &body[name.len() + 1..];
        let _ = (number(&mut body, 4), number(&mut body, 2));
        let kind = number(&mut body, 4);
        let _ = (number(&mut body, 2), number(&mut body, 4), number(&mut body, 2));
        (name, kind)
    };
    (0..count).map(column).unzip()
}

fn row(mut body: &[u8]) -> Vec<Option<Vec<u8>>> {
    let count = number(&mut body, 2);
    let value = |_| {
        let length = number(&mut body, 4);
        (length != u32::MAX).then(|| {
            let (value, rest) = body.split_at(usize::try_from(length).unwrap());
            body = rest;
            value.to_vec()
        })
    };
    (0..count).map(value).collect()
}

fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().into()
}

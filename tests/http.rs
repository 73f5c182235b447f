//! As much of an HTTP client as tests and the load program need: one
//! connection that is kept, whole answers, and streams both ways.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// A test that hangs says so.
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection.
#[derive(Debug)]
pub struct Connection {
    stream: BufReader<TcpStream>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Of the status line.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Without its framing.
    pub body: Vec<u8>,
}

impl Answer {
    /// The value of a header, by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let found = headers.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Connection {
    /// Connects to `ADDRESS:PORT`, with or without `http://`.
    ///
    /// # Errors
    /// When nobody listens there.
    pub fn open(address: &str) -> io::Result<Self> {
        let address = address.trim_start_matches("http://");
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self {
            stream: BufReader::new(stream),
        })
    }

    /// Sends a request and reads the whole answer.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> io::Result<Answer> {
        let length = body.len().to_string();
        let mut request = head(method, path, headers, ("content-length", &length));
        request.extend_from_slice(body);
        self.stream.get_mut().write_all(&request)?;
        self.answer()
    }

    /// Begins a request whose body is written part by part.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn begin(&mut self, method: &str, path: &str, headers: &[(&str, &str)]) -> io::Result<()> {
        let head = head(method, path, headers, ("transfer-encoding", "chunked"));
        self.stream.get_mut().write_all(&head)
    }

    /// Writes a part of the body; an empty one ends it.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn write_part(&mut self, part: &[u8]) -> io::Result<()> {
        let mut framed = format!("{:x}\r\n", part.len()).into_bytes();
        framed.extend_from_slice(part);
        framed.extend_from_slice(b"\r\n");
        self.stream.get_mut().write_all(&framed)
    }

    /// Another handle on the same connection, to write while this one reads.
    ///
    /// # Errors
    /// When the system is out of handles.
    pub fn writer(&self) -> io::Result<Self> {
        Ok(Self {
            stream: BufReader::new(self.stream.get_ref().try_clone()?),
        })
    }

    /// Reads status and headers.
    ///
    /// # Errors
    /// When the connection breaks or what comes is no HTTP.
    pub fn read_head(&mut self) -> io::Result<Answer> {
        let status = self.line()?;
        let status = status.split(' ').nth(1).and_then(|code| code.parse().ok());
        let status = status.ok_or_else(|| io::Error::other("no status line"))?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            if let Some((name, value)) = line.split_once(':') {
                headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
        }
        Ok(Answer {
            status,
            headers,
            body: Vec::new(),
        })
    }

    /// Reads a part of a body of parts; `None` at its end.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn read_part(&mut self) -> io::Result<Option<Vec<u8>>> {
        let size = usize::from_str_radix(&self.line()?, 16).map_err(io::Error::other)?;
        let mut part = vec![0; size];
        self.stream.read_exact(&mut part)?;
        self.line()?;
        Ok((size > 0).then_some(part))
    }

    /// Reads a whole answer.
    ///
    /// # Errors
    /// When the connection breaks.
    pub fn answer(&mut self) -> io::Result<Answer> {
        let mut answer = self.read_head()?;
        if answer.header("transfer-encoding").is_some() {
            while let Some(part) = self.read_part()? {
                answer.body.extend(part);
            }
        } else {
            let length = answer.header("content-length");
            let length = length.and_then(|length| length.parse().ok()).unwrap_or(0);
            answer.body = vec![0; length];
            self.stream.read_exact(&mut answer.body)?;
        }
        Ok(answer)
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.stream.read_line(&mut line)? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}

fn head(method: &str, path: &str, headers: &[(&str, &str)], framing: (&str, &str)) -> Vec<u8> {
    let mut head = format!("{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n");
    for (name, value) in headers.iter().chain([&framing]) {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    head.into_bytes()
}

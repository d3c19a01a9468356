//! HTTP/1.1 as far as a client of an API server speaks it: one request after the other, chunked answers. Written by hand,
//! because it must be able to break off anywhere.

use std::io;

use bytes::Bytes;
use futures::StreamExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::Mock;
use super::answer::Answer;

/// Answers on one connection until it ends.
pub async fn talk(mock: Mock, mut io: impl AsyncRead + AsyncWrite + Send + Unpin) {
    let mut buffer = Vec::new();
    while let Ok(Some(target)) = request(&mut io, &mut buffer).await {
        let answer = mock.answer(&target);
        match write(answer, &mut io).await {
            Ok(true) if target.starts_with("/mock/") => return,
            Ok(true) => {}
            Ok(false) | Err(_) => return,
        }
    }
}

/// The target of the next request, its body read and dropped.
async fn request(io: &mut (impl AsyncRead + Unpin), buffer: &mut Vec<u8>) -> io::Result<Option<String>> {
    let end = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if io.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    let length = head.lines().filter_map(|line| line.split_once(':'));
    let length = length.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.filter_map(|(_, value)| value.trim().parse().ok()).next().unwrap_or_default();
    while buffer.len() < end + length {
        if io.read_buf(buffer).await? == 0 {
            return Ok(None);
        }
    }
    buffer.drain(..end + length);
    Ok(head.split(' ').nth(1).map(str::to_owned))
}

/// False when the connection breaks off here.
async fn write(mut answer: Answer, io: &mut (impl AsyncRead + AsyncWrite + Send + Unpin)) -> io::Result<bool> {
    tokio::time::sleep(answer.late).await;
    let mut head =
        format!("HTTP/1.1 {} x\r\ncontent-type: {}\r\ntransfer-encoding: chunked\r\n", answer.status, answer.kind);
    if let Some(seconds) = answer.retry_after {
        head.push_str(&format!("retry-after: {seconds}\r\n"));
    }
    head.push_str("\r\n");
    io.write_all(head.as_bytes()).await?;
    let mut nothing = [0; 1];
    loop {
        let chunk = tokio::select! {
            biased;
            chunk = answer.body.next() => chunk,
            // Nobody asks before the answer is whole: this is the end of the connection.
            _ = io.read(&mut nothing) => return Ok(false),
        };
        match chunk {
            Some(Ok(bytes)) => self::chunk(&bytes, io).await?,
            Some(Err(())) => return Ok(false),
            None => break,
        }
    }
    io.write_all(b"0\r\n\r\n").await?;
    Ok(true)
}

/// In one piece: each write is a segment on the network.
async fn chunk(bytes: &Bytes, io: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut piece = format!("{:x}\r\n", bytes.len()).into_bytes();
    piece.reserve_exact(bytes.len() + 2);
    piece.extend_from_slice(bytes);
    piece.extend_from_slice(b"\r\n");
    io.write_all(&piece).await
}

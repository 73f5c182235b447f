//! Listens, takes connections, and stops in order.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anjian_check::Profile;
use anjian_runtime::Engine;
use anjian_store::{BuiltIn, ProfileFileError, Store, StoreError, StoreSettings, read_profile};
use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use crate::http::{self, Service};
use crate::metrics::Metrics;
use crate::pool::Pool;
use crate::rates::Rates;
use crate::receipts::{LogError, Writer, WriterSettings};
use crate::settings::{Promotion, Settings};
use crate::tls::{self, Begun, Renewal, TlsError};
use crate::tokens::{TokenError, Tokens};

/// How long a client may take to send the head of a request, and a connection
/// to stay without one.
const HEAD_TIME: Duration = Duration::from_secs(20);

/// How long a client may take for the handshake of TLS.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);

/// After the system refused a connection, before the next is asked for: it is
/// out of something.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

/// Readings of receipts that may wait; a replay loads the plugins of then.
const READERS_QUEUE: usize = 64;

/// Batches of receipts that may wait for the disk.
const RECEIPT_QUEUE: usize = 256;

/// How long an answer may wait for a place among them.
const RECEIPT_WAIT: Duration = Duration::from_secs(5);

/// Why the service does not run.
#[derive(Debug, Error)]
#[non_exhaustive]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ServeError {
    #[error(
        "{listen} can be reached from other machines, and there are no tokens in {}; make one with \
         `anjian token add`, or listen on 127.0.0.1",
        tokens.display()
    )]
    OpenToAll { listen: SocketAddr, tokens: PathBuf },
    #[error("{listen} cannot be listened on: {cause}; the operator should choose another port")]
    Listen {
        listen: SocketAddr,
        cause: io::Error,
    },
    #[error(transparent)]
    Profile(#[from] ProfileFileError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Log(#[from] LogError),
    #[error(transparent)]
    Tokens(#[from] TokenError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("the threads of the service cannot be started: {0}")]
    Threads(#[source] io::Error),
    #[error("signals cannot be heard: {0}")]
    Signals(#[source] io::Error),
}

/// Serves until a signal to stop, then finishes what was accepted. `ready` is
/// told the address when requests are taken.
///
/// # Errors
/// When the service cannot start.
pub fn serve(
    settings: Settings,
    engine: Engine,
    built_in: Vec<BuiltIn>,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let tokens = Tokens::of(settings.tokens.clone());
    let local = settings.listen.ip().is_loopback();
    if local && tokens.none_yet()? {
        tracing::warn!(
            "there are no tokens: whoever is on this machine may do everything; `anjian token add` \
             makes one"
        );
    }
    if settings.plugins.four_eyes && tokens.none_yet()? {
        tracing::warn!(
            "four eyes are asked for and there are no tokens to tell two persons apart: nothing \
             that is submitted can be activated"
        );
    }
    if !local && tokens.none_yet()? {
        return Err(ServeError::OpenToAll {
            listen: settings.listen,
            tokens: settings.tokens,
        });
    }
    let tls = settings.tls.as_ref().map(tls::acceptor).transpose()?;
    let plugins = &settings.plugins;
    let profile = settings.profile.as_ref().map(|file| {
        let now = jiff::Timestamp::now();
        read_profile(file, plugins.trust.as_deref(), plugins.allow_unsigned, now)
    });
    let (profile, profile_bytes) = profile.transpose()?.unzip();
    // The executable is read while the plugins are.
    let naming = std::thread::spawn(engine_name);
    let store_settings = store_settings(&settings, profile, built_in);
    let store = Store::open(store_settings, Arc::new(engine.clone()))?;
    let writer = Writer::start(
        &settings.data,
        WriterSettings {
            engine: naming.join().unwrap_or_else(|_| VERSION.to_owned()),
            queue: RECEIPT_QUEUE,
            wait: RECEIPT_WAIT,
        },
    )?;
    let watch = store.watch()?;
    let limits = settings.limits.clone();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let service = Arc::new(Service {
        store,
        writer,
        data: settings.data.clone(),
        pool: Pool::new(threads, limits.queue),
        room: Arc::new(Semaphore::new(limits.body_bytes.div_ceil(1024))),
        readers: Pool::new(1, READERS_QUEUE),
        tokens,
        local,
        rates: Rates::new(limits.filings_per_s, limits.burst),
        metrics: Metrics::new(),
        profile: profile_bytes,
        limits,
        engine,
        basis: Mutex::new(None),
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(ServeError::Threads)?;
    let served = runtime.block_on(run(&settings, Arc::clone(&service), tls, ready));
    // What a lost client left behind; it has no answer to wait for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    drop(watch);
    // The last one ends the writer of receipts, after what waits is written.
    drop(service);
    served
}

/// Names the host where nothing more is known of it.
const VERSION: &str = concat!("anjian ", env!("CARGO_PKG_VERSION"));

/// Names this very host in receipts: two builds of one version may answer
/// differently.
fn engine_name() -> String {
    let own = std::env::current_exe().and_then(std::fs::read);
    match own {
        Ok(bytes) => format!("{VERSION} sha256:{}", crate::receipts::sha256(&bytes)),
        Err(_) => format!("{VERSION} (its executable cannot be read)"),
    }
}

fn store_settings(
    settings: &Settings,
    profile: Option<Profile>,
    built_in: Vec<BuiltIn>,
) -> StoreSettings {
    let plugins = &settings.plugins;
    let mut store = StoreSettings::new(&plugins.folder);
    store.built_in = built_in;
    store.profile = profile;
    store.trust = plugins.trust.clone();
    store.allow_unsigned = plugins.allow_unsigned;
    store.four_eyes = plugins.four_eyes;
    store.fault_limit = plugins.fault_limit;
    store.promotion = match plugins.promotion {
        Promotion::ByHand => anjian_store::Promotion::ByHand,
        Promotion::AtOnce => anjian_store::Promotion::AtOnce,
        Promotion::WhenAlike => anjian_store::Promotion::WhenAlike {
            shadow_filings: plugins.shadow_filings,
            shadow_bound: plugins.shadow_bound,
        },
    };
    store
}

async fn run(
    settings: &Settings,
    service: Arc<Service>,
    tls: Option<(TlsAcceptor, Renewal)>,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), ServeError> {
    let listen = settings.listen;
    let fail = |cause| ServeError::Listen { listen, cause };
    let listener = TcpListener::bind(listen).await.map_err(fail)?;
    let address = listener.local_addr().map_err(fail)?;
    let mut stop = Stop::new().map_err(ServeError::Signals)?;
    tracing::info!(%address, tls = tls.is_some(), local = service.local, "taking requests");
    if tls.is_none() && !service.local {
        tracing::warn!(
            "tokens and filings can be read on the way; give --tls-cert and --tls-key, unless a \
             proxy in front has TLS"
        );
    }
    ready(address);
    let tls = tls.map(|(acceptor, renewal)| {
        tokio::spawn(renewal.keep());
        acceptor
    });
    let router = http::router(service);
    let connections = Arc::new(Semaphore::new(settings.limits.connections));
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = accept(&listener, &connections) => accepted,
            () = stop.wait() => break,
        };
        let Some((stream, place)) = accepted else {
            sleep(REFUSED_PAUSE).await;
            continue;
        };
        // Answers are small and complete; none should wait for a second packet.
        let _ = stream.set_nodelay(true);
        let (router, tls, watcher) = (router.clone(), tls.clone(), graceful.watcher());
        tokio::spawn(async move {
            let _place = place;
            let Some(tls) = tls else {
                return talk(stream, router, watcher).await;
            };
            match tls::begin(&tls, stream, HANDSHAKE_TIME).await {
                Ok(Begun::Tls(stream)) => talk(stream, router, watcher).await,
                Ok(Begun::Plain(stream)) => talk(stream, http::plain(), watcher).await,
                Err(error) => tracing::debug!(%error, "a connection did not begin"),
            }
        });
    }
    drop(listener);
    drop(router);
    tracing::info!("stopping; what was accepted is finished");
    let finished = timeout(
        Duration::from_secs(settings.shutdown_s),
        graceful.shutdown(),
    );
    if finished.await.is_err() {
        tracing::warn!(
            seconds = settings.shutdown_s,
            "connections were cut that did not end in time"
        );
    }
    Ok(())
}

/// Takes requests from a connection until it ends.
async fn talk<S>(stream: S, router: Router, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    // A client that goes away is no error of ours.
    let _ = watcher.watch(connection).await;
}

type Accepted = (TcpStream, tokio::sync::OwnedSemaphorePermit);

/// The next connection, when there is a place for it.
async fn accept(listener: &TcpListener, connections: &Arc<Semaphore>) -> Option<Accepted> {
    let place = Arc::clone(connections).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, _)) => Some((stream, place)),
        Err(error) => {
            tracing::warn!(%error, "a connection could not be taken");
            None
        }
    }
}

/// The signals to stop.
struct Stop {
    #[cfg(unix)]
    terminate: signal::unix::Signal,
}

impl Stop {
    fn new() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            terminate: signal::unix::signal(signal::unix::SignalKind::terminate())?,
        })
    }

    async fn wait(&mut self) {
        #[cfg(unix)]
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = signal::ctrl_c() => {}
        }
        #[cfg(not(unix))]
        let _ = signal::ctrl_c().await;
    }
}

//! Makes a client behind a SOCKS5 proxy that requires a login, which the kube crate does not support. Otherwise it is
//! the client that the kube crate makes.

use http::Uri;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::SocksV5;
use hyper_util::rt::TokioExecutor;
use kube::client::{Body, ClientBuilder, ConfigExt};
use percent_encoding::percent_decode_str;
use tower::{BoxError, ServiceBuilder};
use tower_http::decompression::DecompressionLayer;

/// The user and password in the URL of a SOCKS5 proxy.
pub fn login(proxy: &Uri) -> Option<(String, String)> {
    let (login, _) = proxy.authority()?.as_str().rsplit_once('@').filter(|_| proxy.scheme_str() == Some("socks5"))?;
    let (user, password) = login.split_once(':').unwrap_or((login, ""));
    let plain = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    Some((plain(user), plain(password)))
}

/// The client of a plan whose proxy requires this login.
pub fn client(config: kube::Config, proxy: Uri, (user, password): (String, String)) -> kube::Result<kube::Client> {
    let mut direct = HttpConnector::new();
    direct.enforce_http(false);
    direct.set_connect_timeout(config.connect_timeout);
    let connector = SocksV5::new(proxy, direct).with_auth(user, password);
    let connector = config.rustls_https_connector_with_connector(connector)?;
    let client: Client<_, Body> = Client::builder(TokioExecutor::new()).build(connector);
    let unpacked = DecompressionLayer::new().no_br().no_deflate().no_zstd().gzip(!config.disable_compression);
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .layer(unpacked)
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(client);
    Ok(ClientBuilder::new(service, config.default_namespace).build())
}

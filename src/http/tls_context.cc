#include <openssl/ssl.h>

#include <boost/asio/ssl/context.hpp>

#include "http/transport.h"

namespace firn::http {
namespace {

Result<int> TlsVersion(const std::string& text) {
  if (text.empty()) return 0;
  if (text == "1.0" || text == "TLS10") return TLS1_VERSION;
  if (text == "1.1" || text == "TLS11") return TLS1_1_VERSION;
  if (text == "1.2" || text == "TLS12") return TLS1_2_VERSION;
  if (text == "1.3" || text == "TLS13") return TLS1_3_VERSION;
  return InvalidConfig("TLS version must be \"TLS12\" or \"TLS13\": \"{}\"", text);
}

Status Loaded(const ErrorCode& error, std::string_view what, const std::string& file) {
  if (!error) return OkStatus();
  return InvalidConfig("cannot use {}: {}: {}", what, file, error.message());
}

Status RequireClientCertificates(asio::ssl::context& context, const std::vector<std::string>& ca_files) {
  for (const std::string& file : ca_files) {
    ErrorCode error;
    context.load_verify_file(file, error);
    FIRN_TRY(Loaded(error, "the certificate authority of clients", file));
  }
  ErrorCode error;
  context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert, error);
  return Loaded(error, "client verification", "");
}

}  // namespace

Result<std::unique_ptr<asio::ssl::context>> MakeTlsContext(const TlsOptions& options) {
  FIRN_ASSIGN(const int minimum, TlsVersion(options.min_version));
  FIRN_ASSIGN(const int maximum, TlsVersion(options.max_version));
  try {
    auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(context->native_handle(), minimum);
    SSL_CTX_set_max_proto_version(context->native_handle(), maximum);
    ErrorCode error;
    context->set_password_callback([password = options.key_password](size_t, auto) { return password; }, error);
    context->use_certificate_chain_file(options.certificate_file, error);
    FIRN_TRY(Loaded(error, "the certificate", options.certificate_file));
    context->use_private_key_file(options.key_file, asio::ssl::context::pem, error);
    FIRN_TRY(Loaded(error, "the key", options.key_file));
    if (!options.client_ca_files.empty()) FIRN_TRY(RequireClientCertificates(*context, options.client_ca_files));
    return context;
  } catch (const std::exception& failure) {
    return InvalidConfig("cannot set up TLS: {}", failure.what());
  }
}

}  // namespace firn::http

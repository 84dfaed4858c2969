#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "http/client.h"
#include "http/raw_sockets.h"
#include "http/server.h"

namespace firn::http {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using CertificatePtr = std::unique_ptr<X509, decltype(&X509_free)>;

// A certificate that signs itself, for 127.0.0.1 and the name "firn.test", in two PEM files.
struct Identity {
  std::string certificate_file;
  std::string key_file;
};

Identity MakeIdentity(const fs::path& folder, const std::string& name) {
  const KeyPtr key(EVP_EC_gen("P-256"), &EVP_PKEY_free);
  const CertificatePtr certificate(X509_new(), &X509_free);
  X509* x509 = certificate.get();
  X509_set_version(x509, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x509), 3600L * 24);
  X509_set_pubkey(x509, key.get());
  X509_NAME* subject = X509_get_subject_name(x509);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(x509, subject);
  for (const auto& [kind, value] : {std::pair{NID_subject_alt_name, "IP:127.0.0.1,DNS:firn.test"},
                                    std::pair{NID_basic_constraints, "critical,CA:TRUE"}}) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(x509, key.get(), EVP_sha256());

  Identity identity{folder / (name + ".pem"), folder / (name + ".key")};
  FILE* file = std::fopen(identity.certificate_file.c_str(), "w");
  PEM_write_X509(file, x509);
  std::fclose(file);
  file = std::fopen(identity.key_file.c_str(), "w");
  PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  std::fclose(file);
  return identity;
}

class TlsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(::testing::TempDir()) /
              (std::string("firn_tls_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
    server_identity_ = MakeIdentity(folder_, "server");
    client_identity_ = MakeIdentity(folder_, "client");
    options_.address = "127.0.0.1:0";
    options_.tls.certificate_file = server_identity_.certificate_file;
    options_.tls.key_file = server_identity_.key_file;
  }
  void TearDown() override { fs::remove_all(folder_); }
  void Serve() {
    auto made = Server::Make(options_);
    ASSERT_TRUE(made.ok()) << made.error().message();
    server_ = std::move(*made);
    Route route;
    route.path = "/x";
    route.handler = [](Request request, const Responder& respond) { respond({200, {}, std::move(request.body)}); };
    ASSERT_TRUE(server_->AddRoute(std::move(route)).ok());
    server_->Start();
    request_.url = "https://127.0.0.1:" + std::to_string(server_->port()) + "/x";
    request_.method = "POST";
    request_.body = std::string(300'000, 'x');
    request_.tls.ca_files = {server_identity_.certificate_file};
  }

  fs::path folder_;
  Identity server_identity_;
  Identity client_identity_;
  ServerOptions options_;
  ClientRequest request_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Client> client_ = MakeClient();
};

TEST_F(TlsTest, CarriesRequestsToAServerThatTheClientTrusts) {
  Serve();
  for (int i = 0; i < 3; ++i) {
    const auto response = client_->Send(request_);
    ASSERT_TRUE(response.ok()) << response.error().message();
    EXPECT_EQ(response->body, request_.body);
  }
  request_.tls.server_name = "firn.test";
  EXPECT_TRUE(client_->Send(request_).ok());
}

TEST_F(TlsTest, TheClientRefusesAServerThatItDoesNotTrust) {
  Serve();
  request_.tls.server_name = "other.test";
  EXPECT_FALSE(client_->Send(request_).ok());
  request_.tls.server_name.clear();
  request_.tls.ca_files = {client_identity_.certificate_file};
  EXPECT_FALSE(client_->Send(request_).ok());
  request_.tls.insecure_skip_verify = true;
  EXPECT_TRUE(client_->Send(request_).ok());
}

TEST_F(TlsTest, TheServerAsksForAClientsCertificateWhereToldTo) {
  options_.tls.client_ca_files = {client_identity_.certificate_file};
  Serve();
  EXPECT_FALSE(client_->Send(request_).ok());
  request_.tls.certificate_file = server_identity_.certificate_file;  // of nobody that the server knows
  request_.tls.key_file = server_identity_.key_file;
  EXPECT_FALSE(client_->Send(request_).ok());
  request_.tls.certificate_file = client_identity_.certificate_file;
  request_.tls.key_file = client_identity_.key_file;
  const auto response = client_->Send(request_);
  ASSERT_TRUE(response.ok()) << response.error().message();
  EXPECT_EQ(response->body, request_.body);
}

TEST_F(TlsTest, PlainTextToATlsPortEndsTheConnectionAndNothingElse) {
  Serve();
  testing::RawClient plain(server_->port());
  plain.Send("POST /x HTTP/1.1\r\nContent-Length: 1\r\n\r\nx");
  plain.ReadToEnd();
  EXPECT_TRUE(client_->Send(request_).ok());
}

TEST_F(TlsTest, AFileThatCannotBeUsedIsNamedAtStart) {
  options_.tls.key_file = folder_ / "absent.key";
  const auto no_key = Server::Make(options_);
  ASSERT_FALSE(no_key.ok());
  EXPECT_EQ(no_key.error().kind(), ErrorKind::kInvalidConfig);
  EXPECT_THAT(no_key.error().message(), HasSubstr("absent.key"));
  options_.tls.key_file = server_identity_.key_file;
  options_.tls.min_version = "SSL3";
  EXPECT_FALSE(Server::Make(options_).ok());
}

}  // namespace
}  // namespace firn::http

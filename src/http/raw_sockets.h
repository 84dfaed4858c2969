#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

/// For tests: a client and a server that send whatever bytes a test wants, as no HTTP library would.

namespace firn::http::testing {

class RawClient {
 public:
  explicit RawClient(uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }

  void Send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
  }
  void EndSending() { ::shutdown(socket_, SHUT_WR); }

  /// Reads until `marker` has come (what follows stays for the next call) or the connection ends.
  std::string ReadUntil(std::string_view marker) {
    for (;;) {
      if (const size_t found = received_.find(marker); found != std::string::npos) {
        std::string text = received_.substr(0, found + marker.size());
        received_.erase(0, found + marker.size());
        return text;
      }
      char bytes[4096];
      const ssize_t count = ::recv(socket_, bytes, sizeof(bytes), 0);
      if (count <= 0) return std::exchange(received_, {});
      received_.append(bytes, static_cast<size_t>(count));
    }
  }
  std::string ReadToEnd() { return ReadUntil(std::string_view("\0no such bytes\0", 15)); }

 private:
  int socket_;
  bool connected_ = false;
  std::string received_;
};

/// Takes one connection, reads one head, sends `answer` and closes.
class RawServer {
 public:
  explicit RawServer(std::string answer) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size);
    ::listen(socket_, 1);
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, text = std::move(answer)] { Serve(text); });
  }
  ~RawServer() {
    thread_.join();
    ::close(socket_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  uint16_t port() const { return port_; }

 private:
  void Serve(const std::string& answer) const {
    const int client = ::accept(socket_, nullptr, nullptr);
    std::string head;
    char byte = 0;
    while (!head.ends_with("\r\n\r\n") && ::recv(client, &byte, 1, 0) == 1) head.push_back(byte);
    ::send(client, answer.data(), answer.size(), MSG_NOSIGNAL);
    ::close(client);
  }

  int socket_;
  uint16_t port_ = 0;
  std::thread thread_;
};

}  // namespace firn::http::testing

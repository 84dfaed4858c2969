// firn_bench_http_load PORT PATH FILE LINES_A_BODY CONNECTIONS: sends a file of line protocol as POST requests over
// loopback, each connection its own share of the bodies one after another, and prints how long the answers took.
//
// The bodies are requests ready to send before the clock starts, so that the client costs as little as a client can;
// what it costs all the same is printed as processor time a row.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

std::string ReadFile(const char* path) {
  std::error_code missing;
  const auto size = std::filesystem::file_size(path, missing);
  std::string text(missing ? 0 : size, '\0');
  std::ifstream(path, std::ios::binary).read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

double CpuSeconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::vector<std::string> MakeRequests(const std::string& text, const std::string& path, size_t lines_a_body) {
  std::vector<std::string> requests;
  size_t start = 0;
  while (start < text.size()) {
    size_t end = start;
    for (size_t line = 0; line < lines_a_body && end < text.size(); ++line) {
      end = std::min(text.find('\n', end), text.size() - 1) + 1;
    }
    requests.push_back("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                       std::to_string(end - start) + "\r\n\r\n" + text.substr(start, end - start));
    start = end;
  }
  return requests;
}

int Connect(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return -1;
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  return fd;
}

bool SendAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

/// The status of an answer without a body.
int ReadStatus(int fd) {
  std::string answer;
  char buffer[4096];
  while (answer.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = ::recv(fd, buffer, sizeof(buffer), 0);
    if (got <= 0) return 0;
    answer.append(buffer, static_cast<size_t>(got));
  }
  return answer.size() > 12 ? std::atoi(answer.c_str() + 9) : 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: %s PORT PATH FILE LINES_A_BODY CONNECTIONS\n", argv[0]);
    return 1;
  }
  const auto port = static_cast<uint16_t>(std::atoi(argv[1]));
  const std::string text = ReadFile(argv[3]);
  const std::vector<std::string> requests =
      MakeRequests(text, argv[2], std::max<size_t>(1, std::strtoul(argv[4], nullptr, 10)));
  const auto connections = std::max<size_t>(1, std::strtoul(argv[5], nullptr, 10));
  std::atomic<size_t> next{0};
  std::atomic<int> bad_status{-1};
  const double cpu_before = CpuSeconds();
  const auto started = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (size_t i = 0; i < connections; ++i) {
    threads.emplace_back([&] {
      const int fd = Connect(port);
      for (size_t at = next++; at < requests.size() && bad_status < 0; at = next++) {
        const int status = fd >= 0 && SendAll(fd, requests[at]) ? ReadStatus(fd) : 0;
        if (status != 204) bad_status = status;
      }
      ::close(fd);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  const double cpu_seconds = CpuSeconds() - cpu_before;
  if (bad_status >= 0) {
    std::fprintf(stderr, "answered with status %d\n", bad_status.load());
    return 2;
  }
  const auto rows = static_cast<double>(std::count(text.begin(), text.end(), '\n'));
  std::printf("rows %.0f seconds %.3f rows/s %.0f client_ns/row %.0f\n", rows, seconds, rows / seconds,
              cpu_seconds / rows * 1e9);
  return 0;
}

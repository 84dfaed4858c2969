#include "http/server.h"
#include "http/server_address.h"

namespace firn::http {
namespace {

bool SameAddress(const std::string& a, const std::string& b) {
  const auto first = ParseServerAddress(a);
  const auto second = ParseServerAddress(b);
  return first.ok() && second.ok() && first->host == second->host && first->port == second->port;
}

}  // namespace

Result<Server*> ServerPool::ServerFor(const ServerOptions& options) {
  for (auto& [made_with, server] : servers_) {
    if (!SameAddress(made_with.address, options.address)) continue;
    if (made_with.tls != options.tls) {
      return InvalidConfig("two inputs share the address {} but not the TLS options", options.address);
    }
    server->WidenLimits(options);
    return server.get();
  }
  FIRN_ASSIGN(auto server, Server::Make(options));
  servers_.emplace_back(options, std::move(server));
  return servers_.back().second.get();
}

void ServerPool::StartAll() {
  for (auto& [options, server] : servers_) server->Start();
}

void ServerPool::StopAll(std::chrono::milliseconds deadline) {
  for (auto& [options, server] : servers_) server->Stop(deadline);
}

}  // namespace firn::http

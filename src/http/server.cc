#include "http/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "base/log.h"
#include "http/connection.h"
#include "http/server_address.h"

namespace firn::http {
namespace {

using asio::ip::tcp;
constexpr std::chrono::milliseconds kAcceptPause{100};  // when the process has no descriptor left

// The connections that are open, so that Stop can reach them and wait for their end. Thread-safe.
class OpenConnections {
 public:
  size_t size() const {
    const std::lock_guard lock(mutex_);
    return open_.size();
  }
  void Add(const std::shared_ptr<Connection>& connection) {
    const std::lock_guard lock(mutex_);
    open_.emplace(connection.get(), connection);
  }
  void Remove(const Connection* connection) {
    const std::lock_guard lock(mutex_);
    open_.erase(connection);
    changed_.notify_all();
  }
  template <typename Function>
  void ForEach(const Function& function) {
    std::vector<std::shared_ptr<Connection>> connections;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [pointer, weak] : open_) {
        if (auto connection = weak.lock()) connections.push_back(std::move(connection));
      }
    }
    for (const auto& connection : connections) function(*connection);
  }
  void WaitUntilNone(std::chrono::milliseconds deadline) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, deadline, [this] { return open_.empty(); });
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<const Connection*, std::weak_ptr<Connection>> open_;
};

// What the coroutines run on. Kept alive by whoever may still post to it, responders that outlive the server included.
struct Engine {
  explicit Engine(ServerOptions options) : context(std::move(options)), acceptor(io), pause(io) {}

  asio::io_context io;
  ServingContext context;
  OpenConnections open;
  std::unique_ptr<asio::ssl::context> tls;
  tcp::acceptor acceptor;
  asio::steady_timer pause;
};

Status Listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, const std::string& address) {
  ErrorCode error;
  ErrorCode ignored;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), ignored);
  if (!error && endpoint.protocol() == tcp::v6()) acceptor.set_option(asio::ip::v6_only(false), ignored);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) return OkStatus();
  acceptor.close(ignored);
  return Unavailable("cannot listen on {}: {}", address, error.message());
}

Status ListenAt(tcp::acceptor& acceptor, const std::string& text) {
  FIRN_ASSIGN(const ServerAddress address, ParseServerAddress(text));
  if (address.host.empty()) {
    const Status both = Listen(acceptor, tcp::endpoint(tcp::v6(), address.port), text);
    return both.ok() ? both : Listen(acceptor, tcp::endpoint(tcp::v4(), address.port), text);
  }
  ErrorCode error;
  tcp::resolver resolver(acceptor.get_executor());
  const auto found = resolver.resolve(address.host, std::to_string(address.port), tcp::resolver::passive, error);
  if (error || found.empty()) return InvalidConfig("cannot resolve the address {}: {}", text, error.message());
  return Listen(acceptor, found.begin()->endpoint(), text);
}

// Says 503 without waiting for anything: the connections are used up.
void TurnAway(tcp::socket socket, const TlsOptions& tls) {
  ErrorCode ignored;
  if (tls.certificate_file.empty()) {
    const Response full = PlainResponse(503, "too many connections");
    const std::string text = SerializeResponseHead(full, AfterResponse::kClose) + full.body;
    socket.non_blocking(true, ignored);
    socket.write_some(asio::buffer(text), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
  }
  socket.close(ignored);
}

asio::awaitable<void> RunConnection(std::shared_ptr<Engine> engine, std::shared_ptr<Connection> connection) {
  co_await connection->Run();
  engine->open.Remove(connection.get());
}

void StartConnection(const std::shared_ptr<Engine>& engine, tcp::socket socket) {
  if (engine->open.size() >= engine->context.options.max_connections) {
    TurnAway(std::move(socket), engine->context.options.tls);
    return;
  }
  ErrorCode ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  const auto remote = socket.remote_endpoint(ignored);
  std::string address = remote.address().to_string();
  if (remote.address().is_v6()) address = "[" + address + "]";
  address += ":" + std::to_string(remote.port());

  const auto strand = socket.get_executor();
  auto transport =
      engine->tls ? MakeTlsTransport(std::move(socket), *engine->tls) : MakePlainTransport(std::move(socket));
  auto connection = std::make_shared<Connection>(engine->context, strand, std::move(transport), std::move(address));
  engine->open.Add(connection);
  if (engine->context.draining) connection->Drain();
  asio::co_spawn(strand, RunConnection(engine, connection), asio::detached);
}

asio::awaitable<void> AcceptConnections(std::shared_ptr<Engine> engine) {
  while (engine->acceptor.is_open()) {
    asio::any_io_executor strand = asio::make_strand(engine->io);
    auto [error, socket] = co_await engine->acceptor.async_accept(strand, asio::as_tuple(asio::use_awaitable));
    if (!error) {
      StartConnection(engine, std::move(socket));
    } else if (error != asio::error::operation_aborted && engine->acceptor.is_open()) {
      log::Warn("cannot accept a connection: {}", error.message());
      engine->pause.expires_after(kAcceptPause);
      co_await engine->pause.async_wait(asio::as_tuple(asio::use_awaitable));
    }
  }
}

class AsioServer final : public Server {
 public:
  explicit AsioServer(std::shared_ptr<Engine> engine) : engine_(std::move(engine)) {
    Route not_found;
    not_found.handler = [](const Request&, const Responder& respond) {
      respond(PlainResponse(404, "404 page not found"));
    };
    engine_->context.fallback = std::move(not_found);
  }
  ~AsioServer() override { Stop(std::chrono::milliseconds(0)); }

  void WidenLimits(const ServerOptions& wider) override {
    ServerOptions& options = engine_->context.options;
    options.worker_threads = std::max(options.worker_threads, wider.worker_threads);
    options.read_timeout = std::max(options.read_timeout, wider.read_timeout);
    options.write_timeout = std::max(options.write_timeout, wider.write_timeout);
    options.idle_timeout = std::max(options.idle_timeout, wider.idle_timeout);
    options.max_connections = std::max(options.max_connections, wider.max_connections);
    options.max_bytes_in_flight = std::max(options.max_bytes_in_flight, wider.max_bytes_in_flight);
    engine_->context.budget.set_limit(options.max_bytes_in_flight);
  }

  Status AddRoute(Route route) override {
    if (route.path.empty()) {
      if (has_fallback_) return AlreadyExists("a route for all other paths is there already");
      has_fallback_ = true;
      engine_->context.fallback = std::move(route);
      return OkStatus();
    }
    const std::string path = route.path;
    if (engine_->context.routes.try_emplace(path, std::move(route)).second) return OkStatus();
    return AlreadyExists("the path {} is served already", path);
  }

  void Start() override {
    if (!threads_.empty()) return;
    asio::co_spawn(engine_->acceptor.get_executor(), AcceptConnections(engine_), asio::detached);
    for (unsigned i = 0; i < std::max(1U, engine_->context.options.worker_threads); ++i) {
      threads_.emplace_back([engine = engine_] { engine->io.run(); });
    }
  }

  void Stop(std::chrono::milliseconds deadline) override {
    Engine& engine = *engine_;
    engine.context.draining = true;
    if (threads_.empty()) {  // never started, or stopped already
      ErrorCode ignored;
      engine.acceptor.close(ignored);
      return;
    }
    asio::post(engine.acceptor.get_executor(), [&engine] {
      ErrorCode ignored;
      engine.acceptor.close(ignored);
      engine.pause.cancel();
    });
    engine.open.ForEach([](Connection& connection) { connection.Drain(); });
    engine.open.WaitUntilNone(deadline);
    engine.open.ForEach([](Connection& connection) { connection.Abort(); });
    for (std::thread& thread : threads_) thread.join();  // they end when the last coroutine has
    threads_.clear();
  }

  uint16_t port() const override { return port_; }
  void set_port(uint16_t port) { port_ = port; }

 private:
  std::shared_ptr<Engine> engine_;
  std::vector<std::thread> threads_;
  uint16_t port_ = 0;
  bool has_fallback_ = false;
};

}  // namespace

Result<std::unique_ptr<Server>> Server::Make(ServerOptions options) {
  auto engine = std::make_shared<Engine>(std::move(options));
  const ServerOptions& kept = engine->context.options;
  if (!kept.tls.certificate_file.empty()) {
    FIRN_ASSIGN(engine->tls, MakeTlsContext(kept.tls));
  }
  engine->acceptor = tcp::acceptor(asio::make_strand(engine->io));
  FIRN_TRY(ListenAt(engine->acceptor, kept.address));
  ErrorCode error;
  const uint16_t port = engine->acceptor.local_endpoint(error).port();
  auto server = std::make_unique<AsioServer>(std::move(engine));
  server->set_port(port);
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace firn::http

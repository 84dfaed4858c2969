#include "simulation.h"

#include <algorithm>
#include <optional>
#include <random>

#include "foreign_writer.h"
#include "table_check.h"

namespace firn::faults {
namespace {

using testing::CatalogFault;
using testing::FaultFileSystem;
using testing::StorageFault;

constexpr int64_t kForeignIds = 1'000'000;
constexpr int64_t kPulledIds = 2'000'000;
constexpr int64_t kRowsOfAWindow = 4;
constexpr int kClients = 3;
constexpr int kLastAttempts = 20;

Weather ChooseWeather(std::mt19937_64& random) {
  const auto in = [&](uint64_t percent) { return random() % 100 < percent; };
  Weather weather;
  weather.crashes = in(60);
  weather.disk_faults = in(30);
  weather.catalog_faults = in(45);
  weather.storage_faults = in(30);
  weather.foreign_writers = in(35);
  weather.foreign_drops = weather.foreign_writers && in(30);
  weather.clock_jumps = in(20);
  weather.little_memory = in(30);
  weather.pulls = in(40);
  weather.steps = 12 + static_cast<int>(random() % 28);
  return weather;
}

class Simulation {
 public:
  explicit Simulation(uint64_t seed) : random_(seed), weather_(ChooseWeather(random_)), world_(seed) {
    result_.weather = weather_;
    options_.memory_bytes = weather_.little_memory ? 3'000 : 64 << 20;
    options_.handoff_bytes = Chance(30) ? 1 : 1 << 20;
    options_.expire_every_commits = Chance(30) ? 3 : 100;
    for (int i = 0; i < kClients; ++i) clients_.emplace_back();
  }

  SimulationResult Run() {
    for (int step = 0; step < weather_.steps; ++step) Step();
    Finish();
    return std::move(result_);
  }

 private:
  struct Client {
    std::optional<std::string> body;  ///< not answered with yes yet
    std::vector<int64_t> ids;
  };

  bool Chance(uint64_t percent) { return random_() % 100 < percent; }
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  template <typename... Args>
  void Trace(fmt::format_string<Args...> format, Args&&... args) {
    result_.trace.push_back(WithoutNamesOfThisRun(fmt::format(format, std::forward<Args>(args)...)));
  }
  /// The machine's folder and the names of temporary files are other ones each time.
  std::string WithoutNamesOfThisRun(std::string text) const {
    for (size_t at; (at = text.find(world_.folder)) != std::string::npos;) text.erase(at, world_.folder.size());
    for (size_t at = 0; (at = text.find("/.firn-", at)) != std::string::npos; ++at) {
      text.erase(at + 1, text.find(".tmp", at) - at - 1);
    }
    return text;
  }
  static std::string Words(const Status& status) { return status.ok() ? "ok" : status.error().message(); }

  void Step() {
    if (!Alive()) return StartProcess();
    const uint64_t dice = Below(100);
    if (dice < 50) {
      if (weather_.pulls && Chance(40)) return PullStep();
      Send(clients_[Below(clients_.size())]);
    } else if (dice < 75) {
      Flush();
    } else if (dice < 82) {
      world_.clock.Advance(std::chrono::milliseconds(Below(5'000)));
    } else if (dice < 86 && weather_.clock_jumps) {
      JumpClock();
    } else if (dice < 94 && weather_.foreign_writers) {
      ActAsForeigner();
    } else if (weather_.crashes) {
      Crash();
    }
    AfterStep();
  }

  bool Alive() const { return process_ != nullptr; }

  /// What the step may have brought about: the machine is off, or the process wants to end.
  void AfterStep() {
    if (world_.disk.is_off()) return Crash();
    if (!Alive() || !process_->fatal().has_value()) return;
    Trace("the process ends: {}", Words(*process_->fatal()));
    process_.reset();
    world_.Restart(std::nullopt);
  }

  void Crash() {
    if (!world_.disk.is_off()) {
      world_.disk.StopAtCall(std::max<uint64_t>(world_.disk.calls(), 1), FaultFileSystem::Effect::kNone);
    }
    process_.reset();
    std::optional<uint64_t> power_loss;
    if (Chance(70)) power_loss = random_();
    Trace("{}", power_loss ? "power loss" : "kill");
    world_.Restart(power_loss);
    world_.clock.Advance(std::chrono::seconds(1));
  }

  void StartProcess() {
    if (weather_.crashes && Chance(25)) StopSoon(80);
    ++result_.restarts;
    auto started = Process::Start(world_, options_);
    Trace("start: {}", Words(started.status()));
    if (started.ok()) process_ = std::move(*started);
    if (world_.disk.is_off()) return Crash();
    if (!started.ok()) return world_.Restart(std::nullopt);
    SetFaults();
    AfterStep();
  }

  void StopSoon(uint64_t within) {
    const auto effect = static_cast<FaultFileSystem::Effect>(Below(3));
    const uint64_t call = world_.disk.calls() + 1 + Below(within);
    world_.disk.StopAtCall(call, effect);
    Trace("  the machine goes off at call {} (effect {})", call, static_cast<int>(effect));
  }

  void FailSoon(uint64_t within) {
    static constexpr ErrorKind kKinds[] = {ErrorKind::kUnavailable, ErrorKind::kResourceExhausted,
                                           ErrorKind::kUnauthorized};
    const uint64_t call = world_.disk.calls() + 1 + Below(within);
    world_.disk.FailCall(call, kKinds[Below(std::size(kKinds))]);
    Trace("  call {} of the disk fails", call);
  }

  void Send(Client& client) {
    if (!client.body) NewBody(client);
    if (weather_.crashes && Chance(10)) StopSoon(12);
    if (weather_.disk_faults && Chance(10)) FailSoon(8);
    const Status answer = process_->Send(*client.body);
    const bool heard = !Chance(20);
    Trace("client {} sends rows {}..: {}{}", &client - clients_.data(), client.ids.front(), Words(answer),
          heard ? "" : " (answer lost)");
    if (!answer.ok() || !heard) return;  // sent again, byte for byte
    for (const int64_t id : client.ids) ledger_.Acknowledged(id);
    client.body.reset();
  }

  void NewBody(Client& client) {
    client.ids.clear();
    client.body.emplace();
    const uint64_t rows = 1 + Below(8);
    const std::string extra = Chance(15) ? fmt::format("extra{}=1.5", Below(4)) : "";
    for (uint64_t i = 0; i < rows; ++i) {
      client.ids.push_back(next_id_++);
      *client.body += LineOf(client.ids.back(), extra);
      ledger_.Sent(client.ids.back());
    }
    result_.rows += rows;
  }

  void PullStep() {
    (void)Pull();
    AfterStep();
  }

  /// The window behind the last that was handed over: a new one, or one that a crash took back.
  Status Pull() {
    const int64_t window = process_->last_window() + 1;
    std::string lines;
    for (int64_t i = 0; i < kRowsOfAWindow; ++i) {
      const int64_t id = kPulledIds + window * kRowsOfAWindow + i;
      if (window > asked_window_) ledger_.Sent(id);
      lines += LineOf(id);
    }
    if (window > asked_window_) result_.rows += kRowsOfAWindow;
    asked_window_ = std::max(asked_window_, window);
    const bool breaks_off = Chance(15) && !finishing_;
    if (weather_.crashes && Chance(10)) StopSoon(12);
    const Status pulled =
        process_->Pull(window, lines, breaks_off ? Process::AnswerEnd::kBreaksOff : Process::AnswerEnd::kGood);
    Trace("window {}: {}{}", window, Words(pulled), breaks_off ? " (breaks off)" : "");
    return pulled;
  }

  void Flush() {
    if (weather_.crashes && Chance(30)) StopSoon(250);
    if (weather_.disk_faults && Chance(30)) FailSoon(200);
    faults_on_ = true;
    const Status flushed = process_->Flush();
    faults_on_ = false;
    Trace("flush: {}", Words(flushed));
  }

  void JumpClock() {
    const int64_t seconds = static_cast<int64_t>(Below(7'200)) - 3'600;
    world_.clock.JumpTo(world_.clock.NowNs() + seconds * 1'000'000'000);
    Trace("the wall clock jumps by {} s", seconds);
  }

  void SetFaults() {
    process_->warehouse().catalog->SetDecide([this](const std::string& call) { return NextCatalogFault(call); });
    process_->warehouse().storage->SetDecide(
        [this](const std::string& call, const std::string& location) { return NextStorageFault(call, location); });
  }

  CatalogFault NextCatalogFault(const std::string& call) {
    using Effect = CatalogFault::Effect;
    if (!faults_on_ || world_.disk.is_off()) return {};
    if (call == "commit" && weather_.foreign_writers && Chance(10)) ActAsForeigner();
    if (!weather_.catalog_faults || !Chance(15)) return {};
    CatalogFault fault;
    const bool changes = call == "commit" || call == "create";
    static constexpr Effect kOfChanges[] = {Effect::kRefuse, Effect::kLoseAnswer, Effect::kApplyLate,
                                            Effect::kApplyTwice};
    fault.effect = changes ? kOfChanges[Below(std::size(kOfChanges))] : Effect::kRefuse;
    const bool is_open = fault.effect == Effect::kLoseAnswer || fault.effect == Effect::kApplyLate;
    // What says that nothing was done must be true; what leaves the outcome open may come with either.
    static constexpr ErrorKind kOpen[] = {ErrorKind::kCommitStateUnknown, ErrorKind::kTimeout};
    static constexpr ErrorKind kRefused[] = {ErrorKind::kUnavailable, ErrorKind::kUnauthorized, ErrorKind::kConflict,
                                             ErrorKind::kCommitStateUnknown};
    fault.kind = is_open ? kOpen[Below(2)] : kRefused[Below(changes ? 4 : 2)];
    Trace("  catalog: {} meets effect {}, {}", call, static_cast<int>(fault.effect), ErrorKindName(fault.kind));
    return fault;
  }

  StorageFault NextStorageFault(const std::string& call, const std::string& location) {
    using Effect = StorageFault::Effect;
    if (!faults_on_ || world_.disk.is_off() || !weather_.storage_faults || !Chance(5)) return {};
    StorageFault fault;
    fault.effect = (call == "close" || call == "delete") && Chance(50) ? Effect::kLoseAnswer : Effect::kRefuse;
    fault.kind = fault.effect == Effect::kLoseAnswer ? ErrorKind::kTimeout : ErrorKind::kUnavailable;
    Trace("  storage: {} of …{} meets effect {}", call,
          location.substr(location.size() - std::min<size_t>(location.size(), 12)), static_cast<int>(fault.effect));
    return fault;
  }

  void ActAsForeigner() {
    const bool faults = std::exchange(faults_on_, false);
    const std::string table = TableOf(static_cast<int64_t>(Below(2)));
    const uint64_t dice = Below(100);
    if (dice < 50) {
      const std::vector<int64_t> ids = {next_foreign_id_++, next_foreign_id_++};
      for (const int64_t id : ids) ledger_.Sent(id);
      const Status done = foreigner_.Append(ids);
      if (done.ok()) std::for_each(ids.begin(), ids.end(), [this](int64_t id) { ledger_.Acknowledged(id); });
      Trace("  foreign append of {}..: {}", ids.front(), Words(done));
    } else if (dice < 70) {
      const std::string column = fmt::format("extra{}", Below(4));
      Trace("  foreign column {} in {}: {}", column, table, Words(foreigner_.AddColumn(table, column)));
    } else if (dice < 80) {
      const std::string column = fmt::format("extra{}", Below(4));
      Trace("  foreign drop of column {} in {}: {}", column, table, Words(foreigner_.DropColumn(table, column)));
    } else if (dice < 92) {
      Trace("  foreign expiry in {}: {}", table, Words(foreigner_.ExpireSnapshots(table, 1)));
    } else if (weather_.foreign_drops) {
      const auto gone = foreigner_.DropTable(table);
      if (gone.ok()) {
        for (const StoredRow& row : *gone) ledger_.Gone(row.id);
        dropped_ = true;
      }
      Trace("  foreign drop of {}: {}", table, gone.ok() ? fmt::format("{} rows", gone->size()) : Words(gone.status()));
    }
    faults_on_ = faults;
  }

  /// The weather clears up: everything that is owed must arrive, and then it is counted.
  void Finish() {
    weather_ = Weather{.steps = weather_.steps};
    finishing_ = true;
    for (int64_t id = kPulledIds + kRowsOfAWindow; id < kPulledIds + (asked_window_ + 1) * kRowsOfAWindow; ++id) {
      ledger_.Acknowledged(id);
    }
    for (int attempt = 0; attempt < kLastAttempts && !IsAllDone(); ++attempt) {
      if (!Alive()) StartProcess();
      for (Client& client : clients_) {
        if (Alive() && client.body) Send(client);
      }
      while (Alive() && process_->last_window() < asked_window_ && Pull().ok()) {
      }
      if (Alive()) Flush();
      if (Alive() || world_.disk.is_off()) AfterStep();
      world_.clock.Advance(std::chrono::seconds(1));
    }
    if (!IsAllDone()) result_.problems.emplace_back("no progress although all faults are over");
    if (Alive()) process_->warehouse().catalog->ApplyLate();
    process_.reset();
    world_.Restart(std::nullopt);
    Check();
  }

  bool IsAllDone() const {
    return Alive() && process_->IsDrained() && process_->durable_window() >= asked_window_ &&
           std::none_of(clients_.begin(), clients_.end(), [](const Client& client) { return client.body.has_value(); });
  }

  void Check() {
    const std::unique_ptr<Random> random = world_.NewRandom();
    const auto warehouse = world_.OpenWarehouse(*random);
    if (!warehouse.ok()) return Problem(warehouse.error().message());
    const auto findings = CheckTables(*warehouse->storage, *warehouse->catalog, {kNamespace});
    if (!findings.ok()) return Problem(findings.error().message());
    for (const std::string& problem : findings->problems) Problem(problem);
    for (const std::string& problem : ledger_.Compare(findings->rows)) Problem(problem);
    auto orphans = FindOrphans(*warehouse->storage, world_.warehouse(), findings->referenced);
    if (!orphans.ok()) return Problem(orphans.error().message());
    result_.orphans = std::move(*orphans);
    const Weather& all = result_.weather;
    const bool calm = !all.crashes && !all.disk_faults && !all.catalog_faults && !all.storage_faults && !dropped_;
    // Where every call has had its answer, nothing may be left behind: Firn cleans up after itself.
    if (calm && !result_.orphans.empty()) {
      Problem(fmt::format("{} files are left that nothing references: {}", result_.orphans.size(),
                          result_.orphans.front()));
    }
  }

  void Problem(std::string problem) { result_.problems.push_back(std::move(problem)); }

  SimulationResult result_;
  std::mt19937_64 random_;
  Weather weather_;
  World world_;
  ForeignWriter foreigner_{world_};
  ProcessOptions options_;
  std::unique_ptr<Process> process_;
  std::vector<Client> clients_;
  Ledger ledger_;
  int64_t next_id_ = 0;
  int64_t next_foreign_id_ = kForeignIds;
  int64_t asked_window_ = 0;  ///< the highest
  bool finishing_ = false;
  bool faults_on_ = false;
  bool dropped_ = false;
};

}  // namespace

SimulationResult Simulate(uint64_t seed) {
  return Simulation(seed).Run();
}

}  // namespace firn::faults

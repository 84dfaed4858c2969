#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace firn::log {
namespace {

spdlog::level::level_enum ToSpdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string JsonEscape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

struct State {
  std::shared_ptr<spdlog::logger> logger;
  Format format = Format::kText;
};

State& GlobalState() {
  static State state = [] {
    State initial;
    initial.logger = std::make_shared<spdlog::logger>("firn", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    initial.logger->set_level(spdlog::level::warn);
    initial.logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %^%l%$ %v", spdlog::pattern_time_type::utc);
    return initial;
  }();
  return state;
}

}  // namespace

Status InitLogging(const Options& options) {
  State& state = GlobalState();
  try {
    spdlog::sink_ptr sink;
    if (options.file.empty()) {
      sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    } else {
      sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
    }
    state.logger = std::make_shared<spdlog::logger>("firn", std::move(sink));
  } catch (const spdlog::spdlog_ex& error) {
    return InvalidConfig("cannot open log file {}: {}", options.file, error.what());
  }
  state.format = options.format;
  state.logger->set_level(ToSpdlog(options.level));
  state.logger->flush_on(spdlog::level::info);
  const char* pattern = options.format == Format::kJson
                            ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l","message":"%v"})"
                            : "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
  state.logger->set_pattern(pattern, spdlog::pattern_time_type::utc);
  return OkStatus();
}

bool Enabled(Level level) {
  return GlobalState().logger->should_log(ToSpdlog(level));
}

void Write(Level level, std::string_view message) {
  State& state = GlobalState();
  if (state.format == Format::kJson) {
    state.logger->log(ToSpdlog(level), "{}", JsonEscape(message));
  } else {
    state.logger->log(ToSpdlog(level), "{}", message);
  }
}

}  // namespace firn::log

#include "http/server_address.h"

#include <charconv>

namespace firn::http {

Result<ServerAddress> ParseServerAddress(std::string_view text) {
  std::string_view rest = text;
  constexpr std::string_view kScheme = "tcp://";
  if (rest.starts_with(kScheme)) rest.remove_prefix(kScheme.size());
  const size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos) return InvalidConfig("address needs a port, as in \":8086\": \"{}\"", text);

  ServerAddress address;
  const std::string_view port = rest.substr(colon + 1);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) {
    return InvalidConfig("not a port (0 to 65535): \"{}\" in \"{}\"", port, text);
  }
  std::string_view host = rest.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return InvalidConfig("an IPv6 address stands in brackets, as in \"[::1]:8086\": \"{}\"", text);
  }
  address.host = host;
  return address;
}

}  // namespace firn::http

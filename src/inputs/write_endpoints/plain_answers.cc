#include "inputs/write_endpoints/plain_answers.h"

namespace firn::inputs::write_endpoints {

http::Response PlainError(int status, std::string_view text) {
  http::Response response{
      status, {{"Content-Type", "text/plain; charset=utf-8"}, {"X-Content-Type-Options", "nosniff"}}, {}};
  response.body.append(text).append("\n");
  return response;
}

http::Response NotFoundAnswer() {
  return PlainError(404, "404 page not found");
}

http::Response MethodNotAllowed(std::string_view allowed) {
  http::Response response = PlainError(405, "Method Not Allowed");
  response.headers.emplace_back("Allow", allowed);
  return response;
}

}  // namespace firn::inputs::write_endpoints

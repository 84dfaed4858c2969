#include "http/shown_url.h"

#include <gtest/gtest.h>

namespace firn::http {
namespace {

TEST(ShownUrl, LacksUserAndPassword) {
  EXPECT_EQ(ShownUrl("http://user:secret@host:8086/a?b=c"), "http://host:8086/a?b=c");
  EXPECT_EQ(ShownUrl("https://user:p@ss@host"), "https://host");
  EXPECT_EQ(ShownUrl("user:secret@host/x"), "host/x");
}

TEST(ShownUrl, KeepsEverythingElse) {
  for (const char* url : {"http://host/a@b?c=d@e#f@g", "http://host", "", "http://[::1]:80/"})
    EXPECT_EQ(ShownUrl(url), url);
}

}  // namespace
}  // namespace firn::http

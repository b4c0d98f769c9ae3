// The admin API: status, facts, explain, drill, metrics, health. Its handler runs on the control
// thread, over Control. Paths and keys: docs/cli.md.
#pragma once

#include <functional>

#include "app/control.h"
#include "http/message.h"

namespace fairway::app {

class Api {
  public:
    // `not_ready`: what is still awaited, one line each; empty when ready.
    using NotReady = std::function<std::vector<std::string>()>;
    Api(Control& control, NotReady not_ready)
        : control_(control), not_ready_(std::move(not_ready)) {}

    http::Response handle(const http::Request& request);

  private:
    http::Response ready(const http::Request& request) const;
    http::Response facts() const;
    http::Response put_fact(const http::Request& request, std::string_view rest);
    http::Response explain(const http::Request& request) const;
    http::Response drill(const http::Request& request) const;

    Control& control_;
    NotReady not_ready_;
};

}  // namespace fairway::app

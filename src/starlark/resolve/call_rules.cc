#include "starlark/resolve/call_rules.h"

#include <string_view>
#include <unordered_set>

namespace firn::starlark {
namespace {

/// What the bytecode of the reference implementation can count; the same programs are refused.
constexpr size_t kMostArguments = 255;

/// Looks at the arguments of one call from left to right.
class ArgumentRules {
 public:
  explicit ArgumentRules(ErrorList& errors) : errors_(errors) {}

  void Take(const Argument& argument) {
    switch (argument.kind) {
      case Argument::Kind::kPositional:
        TakePositional(argument);
        break;
      case Argument::Kind::kNamed:
        TakeNamed(argument);
        break;
      case Argument::Kind::kStar:
        if (has_star_star_) {
          errors_.Add(argument.position, "*args may not follow **kwargs");
        } else if (has_star_) {
          errors_.Add(argument.position, "multiple *args not allowed");
        }
        has_star_ = true;
        break;
      case Argument::Kind::kStarStar:
        if (has_star_star_) errors_.Add(argument.position, "multiple **kwargs not allowed");
        has_star_star_ = true;
        break;
    }
  }

  size_t positional() const { return positional_; }
  size_t named() const { return named_; }

 private:
  void TakePositional(const Argument& argument) {
    ++positional_;
    if (has_star_) {
      errors_.Add(argument.position, "positional argument may not follow *args");
    } else if (has_star_star_) {
      errors_.Add(argument.position, "positional argument may not follow **kwargs");
    } else if (named_ > 0) {
      errors_.Add(argument.position, "positional argument may not follow named");
    }
  }

  void TakeNamed(const Argument& argument) {
    ++named_;
    if (has_star_star_) {
      errors_.Add(argument.position, "keyword argument may not follow **kwargs");
    } else if (has_star_) {
      errors_.Add(argument.position, "keyword argument may not follow *args");
    }
    if (!names_.insert(argument.name).second)
      errors_.Add(argument.position, "keyword argument \"{}\" is repeated", argument.name);
  }

  ErrorList& errors_;
  bool has_star_ = false;
  bool has_star_star_ = false;
  size_t positional_ = 0;
  size_t named_ = 0;
  std::unordered_set<std::string_view> names_;
};

/// Looks at the parameters of one function from left to right.
class ParameterRules {
 public:
  explicit ParameterRules(ErrorList& errors) : errors_(errors) {}

  void Take(const Parameter& parameter) {
    switch (parameter.kind) {
      case Parameter::Kind::kRequired:
        if (star_star_ != nullptr) {
          errors_.Add(parameter.position, "required parameter may not follow **{}", star_star_->name->name);
        } else if (star_ == nullptr && has_optional_) {
          errors_.Add(parameter.position, "required parameter may not follow optional");
        }
        TakeNamed();
        break;
      case Parameter::Kind::kOptional:
        if (star_star_ != nullptr)
          errors_.Add(parameter.position, "optional parameter may not follow **{}", star_star_->name->name);
        TakeNamed();
        has_optional_ = true;
        break;
      case Parameter::Kind::kBareStar:
      case Parameter::Kind::kVarargs:
        TakeStar(parameter);
        break;
      case Parameter::Kind::kKwargs:
        if (star_star_ != nullptr) errors_.Add(parameter.position, "multiple ** parameters not allowed");
        star_star_ = &parameter;
        break;
    }
  }

  void End() {
    if (star_ != nullptr && star_->kind == Parameter::Kind::kBareStar && !has_keyword_only_)
      errors_.Add(star_->position, "bare * must be followed by keyword-only parameters");
  }

 private:
  void TakeNamed() {
    if (star_ != nullptr && star_star_ == nullptr) has_keyword_only_ = true;
  }

  void TakeStar(const Parameter& parameter) {
    if (star_star_ != nullptr) {
      errors_.Add(parameter.position, "* parameter may not follow **{}", star_star_->name->name);
    } else if (star_ != nullptr) {
      errors_.Add(parameter.position, "multiple * parameters not allowed");
    } else {
      star_ = &parameter;
    }
  }

  ErrorList& errors_;
  const Parameter* star_ = nullptr;
  const Parameter* star_star_ = nullptr;
  bool has_optional_ = false;
  bool has_keyword_only_ = false;
};

}  // namespace

void CheckArguments(const CallExpression& call, ErrorList& errors) {
  ArgumentRules rules(errors);
  for (const Argument& argument : call.arguments) rules.Take(argument);
  if (rules.positional() > kMostArguments)
    errors.Add(Start(call), "{} positional arguments in call, limit is {}", rules.positional(), kMostArguments);
  if (rules.named() > kMostArguments)
    errors.Add(Start(call), "{} keyword arguments in call, limit is {}", rules.named(), kMostArguments);
}

void CheckParameters(const FunctionNode& function, ErrorList& errors) {
  ParameterRules rules(errors);
  for (const Parameter& parameter : function.parameters) rules.Take(parameter);
  rules.End();
}

}  // namespace firn::starlark

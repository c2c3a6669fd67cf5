// Commands that only tell: explain, list, completion.
#include <fmt/format.h>

#include <map>

#include "cli/commands.h"
#include "files/yaml.h"

namespace vesper::cli {

Result<int> explain(const std::string& code) {
  const auto found = find_code(code);
  if (!found) {
    std::vector<std::string> known;
    for (const CodeInfo& one : all_codes()) known.emplace_back(one.number);
    return fail(Code::bad_argument, fmt::format("no code '{}'", code), {}, suggest(code, known));
  }
  fmt::print("{}: {}\n\n{}\n", found->number, found->title, found->explanation);
  return 0;
}

namespace {

// The title or name inside a data file, or "" where it has none that can be read.
std::string title_of(const std::filesystem::path& path) {
  if (path.extension() != ".yaml") return "";
  const auto root = files::read_yaml(path);
  if (!root || !root->is_map()) return "";
  for (const char* key : {"title", "name"}) {
    if (const auto text = root->text(key)) return *text;
  }
  return "";
}

}  // namespace

Result<int> list(const std::string& kind, const Context& context) {
  static const std::map<std::string, std::string> extensions = {
      {"models", ".ant"}, {"products", ".yaml"}, {"populations", ".yaml"}, {"protocols", ".yaml"}};
  for (const auto& [folder, extension] : extensions) {
    if (!kind.empty() && kind != folder) continue;
    if (kind.empty()) fmt::print("{}\n", folder);
    for (const auto& path : context.search.list(folder, extension)) {
      fmt::print("  {:<32} {}\n", path.stem().string(), title_of(path));
    }
  }
  return 0;
}

namespace {

constexpr const char* bash_completion = R"shell(# bash completion for vesper; put into ~/.bashrc:
#   source <(vesper completion bash)
_vesper() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} first=${COMP_WORDS[1]}
  names() { vesper list "$1" 2>/dev/null | awk '{print $1}'; }
  COMPREPLY=()
  case $before in
    --out)
      if [ "$first" = run ]; then COMPREPLY=($(compgen -d -- "$word"))
      else COMPREPLY=($(compgen -f -- "$word")); fi
      return ;;
    --product) COMPREPLY=($(compgen -W "$(names products)" -- "$word")); return ;;
    --html) COMPREPLY=($(compgen -f -- "$word")); return ;;
    --data) COMPREPLY=($(compgen -d -- "$word") $(compgen -f -X '!*.csv' -- "$word")); return ;;
    --map) COMPREPLY=($(compgen -d -- "$word") $(compgen -f -X '!*.yaml' -- "$word")); return ;;
    --hypothesis) COMPREPLY=($(compgen -W "all H1 H2 H3" -- "$word")); return ;;
    --stage) COMPREPLY=($(compgen -W "parsed equations jacobian" -- "$word")); return ;;
    --engine) COMPREPLY=($(compgen -W "fast reference $([ "$first" = simulate ] && echo auto)" -- "$word")); return ;;
    --method) COMPREPLY=($(compgen -W "auto rosenbrock explicit" -- "$word")); return ;;
    --lanes) COMPREPLY=($(compgen -W "0 2 4 8" -- "$word")); return ;;
    --to) COMPREPLY=($(compgen -W "text latex" -- "$word")); return ;;
  esac
  if [ "$COMP_CWORD" = 1 ]; then
    COMPREPLY=($(compgen -W "run simulate validate mechanisms evidence model list explain completion --help --version" -- "$word"))
    return
  fi
  local protocols='--patients --patient --typical --seed --threads --out --hypothesis --set --rtol --atol --engine --method --lanes --no-timecourses --help'
  local simulate='--start --duration --steps --variables --amounts --concentrations --set --rtol --atol --data --map --engine --method --lanes --out --help'
  case $first in
    run)
      if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$protocols" -- "$word"))
      else
        COMPREPLY=($(compgen -W "$(names protocols)" -- "$word") $(compgen -f -X '!*.yaml' -- "$word"))
      fi ;;
    simulate)
      if [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "$simulate" -- "$word"))
      else
        COMPREPLY=($(compgen -W "$(names models)" -- "$word") $(compgen -d -- "$word")
                   $(compgen -f -X '!*.ant' -- "$word") $(compgen -f -X '!*.xml' -- "$word"))
      fi ;;
    mechanisms) COMPREPLY=($(compgen -W "--product --dose --every --at --days --json --html --hypothesis --set --engine --help" -- "$word")) ;;
    evidence) COMPREPLY=($(compgen -W "show coverage --json --help" -- "$word")) ;;
    validate) COMPREPLY=($(compgen -W "--json --html --hypothesis --set --threads --engine --method --lanes --help" -- "$word")) ;;
    model)
      if [ "$COMP_CWORD" = 2 ]; then
        COMPREPLY=($(compgen -W "check show" -- "$word"))
      elif [[ $word == -* ]]; then
        COMPREPLY=($(compgen -W "--stage --to --help" -- "$word"))
      else
        COMPREPLY=($(compgen -W "$(names models)" -- "$word") $(compgen -f -X '!*.ant' -- "$word"))
      fi ;;
    list) COMPREPLY=($(compgen -W "models products populations protocols" -- "$word")) ;;
    completion) COMPREPLY=($(compgen -W "bash zsh fish" -- "$word")) ;;
  esac
}
complete -o filenames -F _vesper vesper
)shell";

constexpr const char* fish_completion =
    R"shell(# fish completion for vesper; put into ~/.config/fish/completions/vesper.fish
complete -c vesper -f
complete -c vesper -n __fish_use_subcommand -a "run simulate validate mechanisms evidence model list explain completion"
complete -c vesper -n "__fish_seen_subcommand_from run" -a "(vesper list protocols | string trim | string split -f1 ' ')"
complete -c vesper -n "__fish_seen_subcommand_from run" -l patients -l patient -l typical -l seed -l threads -l out -l hypothesis -l set -l rtol -l atol -l no-timecourses
complete -c vesper -n "__fish_seen_subcommand_from simulate" -a "(vesper list models | string trim | string split -f1 ' ')" -F
complete -c vesper -n "__fish_seen_subcommand_from simulate" -x -l start -l duration -l steps -l variables -l amounts -l concentrations -l set -l rtol -l atol
complete -c vesper -n "__fish_seen_subcommand_from simulate" -r -F -l data -l map -l out
complete -c vesper -n "__fish_seen_subcommand_from simulate" -l engine -x -a "auto fast reference"
complete -c vesper -n "__fish_seen_subcommand_from run validate" -l engine -x -a "fast reference"
complete -c vesper -n "__fish_seen_subcommand_from run simulate validate" -l method -x -a "auto rosenbrock explicit"
complete -c vesper -n "__fish_seen_subcommand_from run simulate validate" -l lanes -x -a "0 2 4 8"
complete -c vesper -n "__fish_seen_subcommand_from validate" -l json -l hypothesis -l set -l threads
complete -c vesper -n "__fish_seen_subcommand_from model" -a "check show"
complete -c vesper -n "__fish_seen_subcommand_from show" -a "(vesper list models | string trim | string split -f1 ' ')"
complete -c vesper -n "__fish_seen_subcommand_from show" -l stage -x -a "parsed equations jacobian"
complete -c vesper -n "__fish_seen_subcommand_from show" -l to -x -a "text latex"
complete -c vesper -n "__fish_seen_subcommand_from list" -a "models products populations protocols"
complete -c vesper -n "__fish_seen_subcommand_from completion" -a "bash zsh fish"
)shell";

}  // namespace

Result<int> completion(const std::string& shell) {
  if (shell == "bash") {
    fmt::print("{}", bash_completion);
  } else if (shell == "zsh") {
    // zsh runs bash completions through its own adapter.
    fmt::print(
        "# zsh completion for vesper; put into ~/.zshrc:  source <(vesper completion zsh)\n"
        "autoload -U +X compinit && compinit -u\nautoload -U +X bashcompinit && bashcompinit\n{}",
        bash_completion);
  } else if (shell == "fish") {
    fmt::print("{}", fish_completion);
  } else {
    return fail(Code::bad_argument, fmt::format("no completion for the shell '{}'", shell), {},
                suggest(shell, {"bash", "zsh", "fish"}));
  }
  return 0;
}

}  // namespace vesper::cli

#include "report/sheet.h"

#include "report/load_plot.h"

namespace lynxbench::report {
namespace {

constexpr const char* kStyle = R"(
:root { color-scheme: light dark; --page: #f1f0ec; --sheet: #fff; --ink: #1b1f24; --soft: #59616a; --line: #d8dadd;
  --good: #17703f; --bad: #b3261e; --warn: #855300; --good-ground: #e3f3e9; --bad-ground: #fbe6e4; --warn-ground: #fbf0d9;
  --line0: #1f6fb8; --line1: #c2571a; --line2: #0f8a66; --line3: #a2478f; }
@media (prefers-color-scheme: dark) { :root { --page: #111417; --sheet: #1a1e22; --ink: #e7e9ec; --soft: #a4acb5;
  --line: #3a4148; --good: #6cd39b; --bad: #ff9187; --warn: #f0c05a; --good-ground: #17352a; --bad-ground: #40211f;
  --warn-ground: #3a2f17; --line0: #68aeea; --line1: #f08b50; --line2: #45c79b; --line3: #d98ac9; } }
* { box-sizing: border-box; }
html { font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif; background: var(--page); color: var(--ink); }
body { margin: 0; } main { max-width: 1080px; margin: 0 auto; padding: 24px 20px; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 12px; } h2 { font-size: 1.2rem; margin: 0 0 10px; } h3 { font-size: 1rem; margin: 20px 0 6px; }
section { background: var(--sheet); border: 1px solid var(--line); border-radius: 10px; padding: 22px 26px; margin-bottom: 18px; }
.banner { border-left: 6px solid var(--warn); background: var(--warn-ground); border-radius: 8px; padding: 14px 18px; margin: 0 0 16px; }
.banner b { font-size: 1.2rem; } .banner ul { margin: 6px 0 0; padding-left: 1.2em; }
.pass { border-color: var(--good); background: var(--good-ground); } .pass b, td.pass { color: var(--good); }
.fail, .invalid, .unanswered { border-color: var(--bad); background: var(--bad-ground); }
.fail b, .invalid b, .unanswered b, td.fail { color: var(--bad); } td.inconclusive { color: var(--warn); }
td.good { color: var(--good); } td.bad { color: var(--bad); } td.warn { color: var(--warn); } td.bad, td.strong { font-weight: 600; }
td.pass, td.fail, td.inconclusive { background: none; border-left: 0; font-weight: 600; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 18px; margin: 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 0.9375rem; min-width: 60%; }
th, td { padding: 5px 14px 5px 0; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; } td.wide { white-space: normal; }
th { color: var(--soft); font-weight: 500; } th:first-child, td:first-child, .left { text-align: left; white-space: pre; }
.note { color: var(--soft); font-size: 0.875rem; margin: 8px 0 0; } ul { margin: 8px 0 0; padding-left: 1.2em; }
figure { margin: 18px 0 0; } figcaption { font-weight: 600; } .legend { margin: 2px 0; font-size: 0.875rem; color: var(--soft); }
.legend span { margin-right: 14px; } .legend i { display: inline-block; width: 14px; height: 3px; margin-right: 6px; vertical-align: middle; }
svg { width: 100%; max-width: 860px; height: auto; display: block; } svg text { font-size: 11px; fill: var(--soft); }
svg .grid { stroke: var(--line); stroke-width: 0.7; } svg polyline { fill: none; stroke-width: 1.8; stroke-linejoin: round; }
svg line.limit { stroke: var(--bad); stroke-dasharray: 5 4; } svg text.limit { fill: var(--bad); }
code { font-family: ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 0.86em; overflow-wrap: anywhere; }
)";

}  // namespace

Sheet::Sheet(std::string_view title, std::string_view style) {
  text_ = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
          "content=\"width=device-width, initial-scale=1\"><title>" +
          escaped(title) + "</title><style>" + kStyle;
  text_ += style;
  text_ += "</style></head><body><main>\n";
}

void Sheet::open(const std::string& title) {
  text_ += "<section><h2>" + escaped(title) + "</h2>\n";
}

void Sheet::note(const std::string& text) {
  text_ += "<p class=\"note\">" + escaped(text) + "</p>\n";
}

void Sheet::items(const std::vector<std::string>& texts) {
  if (texts.empty()) return;
  text_ += "<ul>";
  for (const std::string& text : texts) text_ += "<li>" + escaped(text) + "</li>";
  text_ += "</ul>\n";
}

void Sheet::head(const std::vector<std::string>& titles) {
  text_ += "<div class=\"scroll\"><table><thead><tr>";
  for (const std::string& title : titles) {
    text_ += title.starts_with("<th") ? title : "<th>" + escaped(title) + "</th>";
  }
  text_ += "</tr></thead><tbody>\n";
}

void Sheet::row(const std::vector<std::string>& cells) {
  text_ += "<tr>";
  for (const std::string& cell : cells) {
    text_ += cell.starts_with("<td") ? cell : "<td>" + cell + "</td>";
  }
  text_ += "</tr>\n";
}

std::string Sheet::finish() {
  text_ += "</main></body></html>\n";
  return std::move(text_);
}

}  // namespace lynxbench::report

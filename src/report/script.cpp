#include "report/assets.h"

namespace vesper::report {

std::string_view script() {
  return R"js(
"use strict";
(() => {
  const root = getComputedStyle(document.documentElement);
  const config = {
    font: root.getPropertyValue("--sans").replace(/\s+/g, " ").trim(),
    view: { stroke: null },
    title: { anchor: "start", color: "var(--ink)", fontSize: 12.5, fontWeight: 600, offset: 11,
      frame: "group" },
    axis: {
      labelColor: "var(--soft)", titleColor: "var(--soft)", gridColor: "var(--rule)",
      domainColor: "var(--faint)", tickColor: "var(--faint)", labelFontSize: 11,
      titleFontSize: 11.5, titleFontWeight: "normal", titlePadding: 8, labelLimit: 170,
      titleLimit: 220,
    },
    // Labels within the panel: titles of panels side by side then stand on one line.
    axisY: { labelFlush: true },
    legend: { labelColor: "var(--soft)", labelFontSize: 12, labelLimit: 240, symbolStrokeWidth: 2 },
  };

  // The same figure with logarithmic value axes: every y scale of the specification.
  const logarithmic = (node, domain) => {
    if (Array.isArray(node)) return node.map((item) => logarithmic(item, domain));
    if (node === null || typeof node !== "object") return node;
    const copy = {};
    for (const [key, value] of Object.entries(node)) {
      if (key === "datasets" || key === "data") copy[key] = value;
      else if (key === "y" && value && value.scale) {
        copy[key] = { ...value, scale: { type: "log", domain, clamp: true, nice: false },
          axis: { ...value.axis, format: "~g" } };
      } else copy[key] = logarithmic(value, domain);
    }
    return copy;
  };

  const draw = (figure, spec) => vegaEmbed(figure.querySelector(".plot"), spec, {
    mode: "vega-lite", renderer: "svg", actions: false, ast: true, config,
    tooltip: { disableDefaultStyle: true },
  });

  // Page colours are variables; a picture that leaves the page takes their values with it.
  const resolved = (text) => {
    const now = getComputedStyle(document.documentElement);
    return text.replace(/var\((--[a-z0-9]+)\)/g, (_, name) => now.getPropertyValue(name).trim());
  };
  const picture = (figure) => {
    const svg = figure.querySelector(".plot svg").cloneNode(true);
    svg.style.background = "var(--card)";
    return resolved(new XMLSerializer().serializeToString(svg));
  };
  const save = (name, url) => {
    const link = document.createElement("a");
    link.download = name;
    link.href = url;
    link.click();
  };
  const data_url = (type, text) => `data:${type};charset=utf-8,` + encodeURIComponent(text);
  const save_png = (name, svg) => {
    const image = new Image();
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = image.width * 2;
      canvas.height = image.height * 2;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      save(name, canvas.toDataURL("image/png"));
    };
    image.src = data_url("image/svg+xml", svg);
  };

  const prepare = (figure) => {
    const spec = JSON.parse(figure.querySelector("script").textContent);
    const log_button = figure.querySelector("[data-do=log]");
    const actions = {
      svg: () => save(figure.id + ".svg", data_url("image/svg+xml", picture(figure))),
      png: () => save_png(figure.id + ".png", picture(figure)),
      json: () => save(figure.id + ".vl.json",
        data_url("application/json", resolved(JSON.stringify({ ...spec, config }, null, 1)))),
      log: async () => {
        const on = log_button.getAttribute("aria-pressed") !== "true";
        log_button.setAttribute("aria-pressed", String(on));
        await draw(figure, on ? logarithmic(spec, JSON.parse(log_button.dataset.domain)) : spec);
      },
    };
    for (const button of figure.querySelectorAll("[data-do]")) {
      button.addEventListener("click", actions[button.dataset.do]);
    }
    return spec;
  };

  const grades = document.querySelector(".grades");
  if (grades) {
    grades.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      const on = button.getAttribute("aria-pressed") !== "true";
      for (const other of grades.querySelectorAll("button")) other.setAttribute("aria-pressed", "false");
      button.setAttribute("aria-pressed", String(on));
      for (const row of document.querySelectorAll("tr[data-grade]")) {
        row.hidden = on && row.dataset.grade !== button.dataset.grade;
      }
    });
  }

  // On paper nothing can be clicked open.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open]):not(.licences)")];
    for (const details of opened) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of opened) details.open = false;
  });

  (async () => {
    for (const figure of document.querySelectorAll("figure[id]")) {
      try {
        await draw(figure, prepare(figure));
      } catch (error) {
        const plot = figure.querySelector(".plot");
        plot.textContent = "This figure could not be drawn: " + error.message;
        plot.classList.add("failed");
        console.error(figure.id, error);
      }
    }
    document.documentElement.dataset.figures = "drawn";
  })();
})();
)js";
}

}  // namespace vesper::report

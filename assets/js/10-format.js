// Numbers, dates, durations and distances in time, in the language of the page. Pure functions:
// language, zone and now are arguments with the page's values as defaults.
(function () {
  "use strict";

  const NOTHING = "–";
  const MINUTE = 60;
  const HOUR = 60 * MINUTE;
  const DAY = 24 * HOUR;
  const WEEK = 7 * DAY;

  const UNITS = {
    en: { d: " d", h: " h", m: " min", s: " s" },
    zh: { d: " 天", h: " 小时", m: " 分钟", s: " 秒" },
  };

  function language() {
    return document.documentElement.lang || "en";
  }

  function missing(value) {
    return value === null || value === undefined || value === "" || Number.isNaN(value);
  }

  function number(value, digits = 0, lang = language()) {
    if (missing(value)) {
      return NOTHING;
    }
    return new Intl.NumberFormat(lang, {
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(value);
  }

  function percent(value, digits = 1, lang = language()) {
    if (missing(value)) {
      return NOTHING;
    }
    return new Intl.NumberFormat(lang, {
      style: "percent",
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }).format(value);
  }

  // Money arrives in minor units; how many make one major unit is a property of the currency.
  function money(minor, currency, lang = language()) {
    if (missing(minor) || missing(currency)) {
      return NOTHING;
    }
    const format = new Intl.NumberFormat(lang, { style: "currency", currency });
    return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
  }

  // Seconds as the two largest units that are not zero: "3 d 4 h", "12 min".
  function duration(seconds, lang = language()) {
    if (missing(seconds)) {
      return NOTHING;
    }
    const unit = lang.startsWith("zh") ? UNITS.zh : UNITS.en;
    const sign = seconds < 0 ? "−" : "";
    const total = Math.round(Math.abs(seconds));
    const parts = [
      [Math.floor(total / DAY), unit.d],
      [Math.floor((total % DAY) / HOUR), unit.h],
      [Math.floor((total % HOUR) / MINUTE), unit.m],
      [total % MINUTE, unit.s],
    ];
    const first = parts.findIndex(([count]) => count > 0);
    if (first < 0) {
      return "0" + unit.s;
    }
    const shown = parts.slice(first, first + 2).filter(([count]) => count > 0);
    return sign + shown.map(([count, name]) => count + name).join(" ");
  }

  // ISO 8601 text or epoch milliseconds. Text without a zone is UTC: the server stores UTC.
  function instant(value) {
    if (missing(value)) {
      return null;
    }
    let date;
    if (typeof value === "string") {
      const time = /T|\d \d/.test(value) ? value.replace(" ", "T") : value + "T00:00:00";
      date = new Date(/(?:Z|[+-]\d\d:?\d\d)$/i.test(time) ? time : time + "Z");
    } else {
      date = new Date(value);
    }
    return Number.isNaN(date.getTime()) ? null : date;
  }

  function inZone(options, zone, lang) {
    try {
      return new Intl.DateTimeFormat(lang, { ...options, timeZone: zone || undefined });
    } catch {
      return new Intl.DateTimeFormat(lang, options); // a zone this browser does not know
    }
  }

  const DATE = { year: "numeric", month: "short", day: "numeric" };
  const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

  function dated(options) {
    return function (value, zone, lang = language()) {
      const date = instant(value);
      return date ? inZone(options, zone, lang).format(date) : NOTHING;
    };
  }

  const full = dated({ ...DATE, ...TIME, timeZoneName: "short" });

  // "2 min ago", "in 3 h"; beyond ten weeks the date says more.
  function ago(value, now = Date.now(), zone = undefined, lang = language()) {
    const date = instant(value);
    if (!date) {
      return NOTHING;
    }
    const seconds = (date.getTime() - now) / 1000;
    const size = Math.abs(seconds);
    const steps = [
      [45 * MINUTE, "minute", MINUTE],
      [36 * HOUR, "hour", HOUR],
      [14 * DAY, "day", DAY],
      [10 * WEEK, "week", WEEK],
    ];
    const relative = new Intl.RelativeTimeFormat(lang, { numeric: "auto", style: "short" });
    if (size < 45) {
      return relative.format(0, "second");
    }
    for (const [limit, unit, length] of steps) {
      if (size < limit) {
        const count = Math.max(1, Math.round(size / length)) * Math.sign(seconds);
        return relative.format(count, unit);
      }
    }
    return inZone(DATE, zone, lang).format(date);
  }

  window.afterwatch.format = {
    NOTHING,
    ago,
    date: dated(DATE),
    datetime: dated({ ...DATE, ...TIME }),
    duration,
    full,
    instant,
    language,
    moment: dated({ month: "short", day: "numeric", ...TIME }),
    money,
    number,
    percent,
    time: dated(TIME),
  };
})();

// The address: filters live in the query, screens in the path.
(function () {
  "use strict";

  function quote(text) {
    return encodeURIComponent(text).replace(
      /[!'()*]/g,
      (char) => "%" + char.charCodeAt(0).toString(16).toUpperCase(),
    );
  }

  // {market: ["DE", "FR"], range: "28d"} → "market=DE,FR&range=28d". Empty values are left out.
  function encode(query) {
    return Object.entries(query)
      .map(([key, value]) => [key, Array.isArray(value) ? value : [value]])
      .map(([key, values]) => [
        key,
        values.filter((value) => value !== null && value !== undefined && value !== ""),
      ])
      .filter(([, values]) => values.length > 0)
      .map(([key, values]) => quote(key) + "=" + values.map(String).map(quote).join(","))
      .join("&");
  }

  // The reverse; a value with commas comes back as a list.
  function decode(search) {
    const query = {};
    for (const pair of search.replace(/^\?/, "").split("&")) {
      if (!pair) {
        continue;
      }
      const cut = pair.indexOf("=");
      const key = unquote(cut < 0 ? pair : pair.slice(0, cut));
      const values = (cut < 0 ? "" : pair.slice(cut + 1)).split(",").map(unquote);
      query[key] = values.length > 1 ? values : values[0];
    }
    return query;
  }

  function unquote(text) {
    try {
      return decodeURIComponent(text);
    } catch {
      return text; // a stray % typed by hand
    }
  }

  function pairs(search, fits) {
    return search
      .replace(/^\?/, "")
      .split("&")
      .filter((pair) => pair && fits(unquote(pair.split("=")[0])))
      .join("&");
  }

  // The part of a query with these keys: what another screen understands too.
  function pick(search, keys) {
    return pairs(search, (key) => keys.includes(key));
  }

  // The part without these keys: what belongs to the screen alone.
  function omit(search, keys) {
    return pairs(search, (key) => !keys.includes(key));
  }

  function join(...parts) {
    return parts.filter(Boolean).join("&");
  }

  // The keys of the filter bar, as the rail names them.
  function filterKeys() {
    const rail = document.querySelector("[data-filter-keys]");
    return (rail?.getAttribute("data-filter-keys") || "").split(",").filter(Boolean);
  }

  // Only paths of this application: no other origin, no scheme, no protocol-relative address.
  function isLocal(href) {
    return (
      typeof href === "string" &&
      href.startsWith("/") &&
      !href.startsWith("//") &&
      !/[\\\u0000-\u001f]/.test(href)
    );
  }

  // Replaces the query without a new entry in the history and without the router noticing.
  function write(search) {
    const address = window.location.pathname + (search ? "?" + search : "") + window.location.hash;
    window.history.replaceState(window.history.state, "", address);
  }

  // The filters change, what belongs to the screen stays (in front, as links are built).
  function writeFilters(query) {
    const filters = typeof query === "string" ? query.replace(/^\?/, "") : encode(query);
    const keys = filterKeys();
    write(join(keys.length > 0 ? omit(window.location.search, keys) : "", filters));
  }

  // What belongs to the screen changes (null or "" removes a key), everything else stays.
  function writeOwn(values) {
    write(join(encode(values), omit(window.location.search, Object.keys(values))));
  }

  // The same event that dcc.Link sends, so the router renders the screen without a page load.
  function goTo(href) {
    if (!isLocal(href)) {
      return false;
    }
    window.history.pushState({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
    return true;
  }

  window.afterwatch.url = {
    decode,
    encode,
    filterKeys,
    goTo,
    isLocal,
    join,
    omit,
    pick,
    writeFilters,
    writeOwn,
  };
})();

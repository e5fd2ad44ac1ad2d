// Shows a list's embedded records, and asks the data proxy for the pages behind them.
function jpage(unit, options) {
  var box = document.getElementById(unit);
  var pages = Math.ceil(options.totalRecord / options.perPage);
  var show = function (text, page) {
    var records = text.match(/<record><!\[CDATA\[[\s\S]*?\]\]><\/record>/g) || [];
    var list = document.createElement("ul");
    list.innerHTML = records.map(function (record) { return record.slice(17, -12); }).join("");
    var pager = document.createElement("div");
    pager.className = "page";
    for (var number = 1; number <= pages; number++) {
      var link = document.createElement(number === page ? "b" : "a");
      link.textContent = number;
      link.onclick = load.bind(null, number);
      pager.appendChild(link);
    }
    box.replaceChildren(list, pager);
  };
  var load = function (page) {
    var first = (page - 1) * options.perPage + 1;
    var address = options.proxyUrl + "?startrecord=" + first + "&endrecord=" + (first + options.perPage - 1) +
      "&perpage=" + options.perPage;
    fetch(address, { method: "POST", body: new URLSearchParams(options.ajaxData) })
      .then(function (answer) { return answer.text(); })
      .then(function (text) { show(text, page); });
  };
  show(box.querySelector("script").textContent, 1);
}

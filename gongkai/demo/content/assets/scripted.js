// Builds the lists of the page: asks for a window of the channel and writes its entries.
document.querySelectorAll(".feed").forEach(function (box) {
  var size = Number(box.dataset.size);
  var page = Math.max(1, Number(new URLSearchParams(location.search).get("p")) || 1);
  var query = new URLSearchParams({ channel: box.dataset.channel, offset: (page - 1) * size, limit: size });
  fetch("/interface/v2/publicity?" + query)
    .then(function (answer) { return answer.json(); })
    .then(function (answer) {
      var list = document.createElement("ul");
      answer.publicity.entries.forEach(function (entry) {
        var day = [entry.day.slice(0, 4), entry.day.slice(4, 6), entry.day.slice(6)];
        var item = document.createElement("li");
        var link = document.createElement("a");
        link.href = "/" + day[0] + "-" + day[1] + "/" + day[2] + "/content_" + entry.no + ".html";
        link.title = entry.headline;
        link.textContent = entry.headline;
        var date = document.createElement("span");
        date.textContent = day.join("-");
        item.append(link, date);
        list.append(item);
      });
      var pager = document.createElement("div");
      pager.className = "page";
      var pages = Math.ceil(answer.publicity.amount / size);
      for (var number = 1; pages > 1 && number <= pages; number++) {
        var turn = document.createElement(number === page ? "b" : "a");
        turn.textContent = number;
        if (number !== page) { turn.href = "?p=" + number; }
        pager.append(turn);
      }
      box.replaceChildren(list, pager);
    });
});

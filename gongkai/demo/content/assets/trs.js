// The pager of static list pages: total pages, current page from 0, file name, extension.
function createPageHTML(total, current, name, extension) {
  if (total <= 1) { return; }
  var address = function (number) { return name + (number ? "_" + number : "") + "." + extension; };
  var link = function (number, text) { return '<a href="' + address(number) + '">' + text + "</a>"; };
  var html = current ? link(0, "首页") + link(current - 1, "上一页") : "";
  for (var number = 0; number < total; number++) {
    html += number === current ? "<b>" + (number + 1) + "</b>" : link(number, number + 1);
  }
  if (current < total - 1) { html += link(current + 1, "下一页") + link(total - 1, "尾页"); }
  document.write(html);
}

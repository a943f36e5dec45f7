"""A report in every form that is handed over as a file. Slow: call it in a thread."""

from bot.paper import document, picture
from dialogues.charts import draw
from dialogues.exports import Export
from dialogues.messages import File, say
from dialogues.report import Report
from dialogues.texts import Reader, Texts

BOM = "\ufeff"
"""Without it a spreadsheet takes UTF-8 for something else."""


class Print:
    """One report for one reader. Each form is made of the same `Report`."""

    def __init__(self, report: Report, who: str, texts: Texts, reader: Reader) -> None:
        self._report = report
        self._who = who
        self._texts = texts
        self._reader = reader

    def html(self) -> str:
        """The whole report as one page that needs nothing else."""
        return self._texts.page(*self._report.page(self._who), self._reader)

    def web(self) -> File:
        """The same as a file."""
        return File(f"{self._word('report_file')}.html", "text/html", self.html().encode())

    def picture(self) -> File:
        """The summary as a picture."""
        source = draw(self._report.chart(self._who), self._texts, self._reader)
        about = self._word("picture_of")
        return File(f"{self._word('picture_file')}.png", "image/png", picture(source), about)

    def paper(self) -> File:
        """The whole report for A4."""
        source = self._texts.page(*self._report.paper(self._who), self._reader)
        name = f"{self._word('report_file')}.pdf"
        return File(name, "application/pdf", document(source), self._word("paper_of"))

    def figures(self) -> tuple[File, File]:
        """What may be shown as a table and as data."""
        export = Export(self._report, self._who, self._texts, self._reader)
        name = self._word("figures_file")
        return (
            File(f"{name}.csv", "text/csv", f"{BOM}{export.table()}".encode()),
            File(f"{name}.json", "application/json", export.data().encode()),
        )

    def _word(self, name: str) -> str:
        return self._texts.label(say(f"label.{name}"), self._reader)

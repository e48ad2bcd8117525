export default function (component) {
  const { data, parentElement, setTriggerValue } = component
  const place = parentElement.querySelector(".at-words")
  if (place.dataset.html !== data.html) {
    place.dataset.html = data.html
    place.innerHTML = data.html // escaped by Python
  }
  // For the mouse: the list below the text does the same from the keyboard, in one stop, not 60.
  for (const mark of place.querySelectorAll("mark")) {
    mark.classList.toggle("gone", data.gone.includes(mark.dataset.term))
    mark.onclick = () => setTriggerValue("term", mark.dataset.term)
  }
}

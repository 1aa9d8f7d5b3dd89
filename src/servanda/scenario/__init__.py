"""Text to domain and back: reading with places, the coded problems, schemas, writing.

`reading` turns YAML text into typed nouns and keeps where everything stood; `folder` loads or
checks a whole scenario; `shelf` hands out what the library ships; `writing` goes the other way.
"""

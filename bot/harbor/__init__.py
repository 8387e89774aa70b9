"""Everything that knows Harbor's protocol; ``client.HarborClient`` fits the ``Harbor`` port.

``wire*`` say what bytes mean and do no I/O, ``session`` and ``transport`` do all of it,
``network`` words why no answer came, ``generation_*`` hold the routes of one generation,
``detect`` finds which one answers, ``registry`` speaks ``/v2``.
"""

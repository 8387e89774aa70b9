"""Everything that knows Harbor's protocol; ``client.HarborClient`` fits the ``Harbor`` port.

``wire*`` say what bytes mean and do no I/O, ``transport`` does all of it, ``generation_*`` hold
the routes of one generation, ``detect`` finds which one answers, ``registry`` speaks ``/v2``.
"""
